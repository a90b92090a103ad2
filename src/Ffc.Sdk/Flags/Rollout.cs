namespace Ffc.Sdk.Flags;

/// <summary>A variation and the share of users who get it.</summary>
/// <param name="Min">The start of the share, from 0 to 1, inclusive.</param>
/// <param name="Max">The end of the share, from 0 to 1, exclusive.</param>
/// <param name="ExperimentShare">
/// The share of all users whom the variation's experiment includes, from 0 to 1; null when not set.
/// </param>
/// <param name="Variation">The variation; null if it was deleted on the server.</param>
internal sealed record Rollout(double Min, double Max, double? ExperimentShare, Variation? Variation)
{
    /// <summary>Whether the share includes all users. If so, the user's percentage is not computed.</summary>
    public bool TakesAll { get; } = Min == 0 && Max == 1;
}

/// <summary>The rollouts of a rule, in order, and whether its evaluations are part of an experiment.</summary>
internal sealed record RolloutGroup(Rollout[] Rollouts, bool? InExperiment);
