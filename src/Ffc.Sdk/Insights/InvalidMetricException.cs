namespace Ffc.Sdk;

/// <summary>Tells what is wrong with a metric. The message never holds its name or value.</summary>
public sealed class InvalidMetricException : ArgumentException
{
    internal InvalidMetricException(int index, string member, string fault)
        : base($"The metric's {member} {fault}.") =>
        (Index, Member, Fault) = (index, member, fault);

    /// <summary>Which of the metrics, counted from 0.</summary>
    public int Index { get; }

    /// <summary>What of it: <c>eventName</c> or <c>numericValue</c>.</summary>
    public string Member { get; }

    /// <summary>What is wrong with it, as the end of a sentence that begins with the member.</summary>
    public string Fault { get; }
}
