namespace Ffc.Benchmarks;

/// <summary>The target of a benchmark.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class TargetAttribute(string text) : Attribute
{
    public string Text { get; } = text;
}
