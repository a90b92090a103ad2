namespace Ffc.Sdk;

/// <summary>The rollouts of a rule or of the flag, and the position of the user in them.</summary>
public sealed record RolloutExplanation
{
    /// <summary>The number of the rule whose rollouts these are; null for the rollouts of the flag.</summary>
    public int? RuleNumber { get; init; }

    /// <summary>The property that assigns users to rollouts, usually <c>key</c>.</summary>
    public required string Property { get; init; }

    /// <summary>The position of the user, from 0 to 1; null if the first rollout includes all users.</summary>
    public double? Percentage { get; init; }

    /// <summary>The rollouts, in order.</summary>
    public IReadOnlyList<RolloutRange> Ranges { get; init; } = [];
}
