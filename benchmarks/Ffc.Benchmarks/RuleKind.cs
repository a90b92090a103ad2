namespace Ffc.Benchmarks;

/// <summary>The condition of a clause.</summary>
internal enum RuleKind
{
    Number,
    OneOf,
    Pattern,
    Segment,
}
