namespace Ffc.Sdk;

/// <summary>A metric is invalid. The message names the member and the fault, never the metric's name or value.</summary>
public sealed class InvalidMetricException : ArgumentException
{
    internal InvalidMetricException(int index, string member, string fault)
        : base($"The metric's {member} {fault}.") =>
        (Index, Member, Fault) = (index, member, fault);

    /// <summary>The index of the metric in the argument, from 0.</summary>
    public int Index { get; }

    /// <summary>The invalid member: <c>eventName</c> or <c>numericValue</c>.</summary>
    public string Member { get; }

    /// <summary>What is wrong, as the predicate of a sentence with the member as its subject.</summary>
    internal string Fault { get; }
}
