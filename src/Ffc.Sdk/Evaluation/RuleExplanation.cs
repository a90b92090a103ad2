namespace Ffc.Sdk;

/// <summary>The test of one rule.</summary>
public sealed record RuleExplanation
{
    /// <summary>The position of the rule in the flag; the first is 1.</summary>
    public int Number { get; init; }

    /// <summary>Whether all clauses hold. Then no other rule is tested.</summary>
    public bool Matches { get; init; }

    /// <summary>The clauses. Their order may differ from the server's, because fast clauses are tested first.</summary>
    public IReadOnlyList<ClauseExplanation> Clauses { get; init; } = [];
}
