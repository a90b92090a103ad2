namespace Ffc.Sdk;

/// <summary>The test of one clause.</summary>
public sealed record ClauseExplanation
{
    /// <summary>The property of the user, such as <c>key</c>, <c>email</c> or <c>plan</c>.</summary>
    public required string Property { get; init; }

    /// <summary>The operation in words, such as <c>starts with</c> or <c>is not one of</c>.</summary>
    public required string Operation { get; init; }

    /// <summary>The operand of the operation, shortened if it is long; empty if the operation has none.</summary>
    public string Operand { get; init; } = "";

    /// <summary>The value of the property; null if the user does not have it, and for segments.</summary>
    public string? UserValue { get; init; }

    /// <summary>Whether the clause is true for the user.</summary>
    public bool Holds { get; init; }

    /// <summary>The segments that the clause names; empty for other clauses.</summary>
    public IReadOnlyList<SegmentExplanation> Segments { get; init; } = [];
}
