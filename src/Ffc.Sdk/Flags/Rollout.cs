namespace Ffc.Sdk.Flags;

/// <summary>The share of users between two percentages, and what they get.</summary>
/// <param name="Min">Where the share begins, from 0 to 1, inclusive.</param>
/// <param name="Max">Where the share ends, from 0 to 1, exclusive.</param>
/// <param name="ExperimentShare">How much of all users this variation's experiment takes, from 0 to 1; null when not set.</param>
/// <param name="Variation">What users in the share get.</param>
internal sealed record Rollout(double Min, double Max, double? ExperimentShare, Variation Variation)
{
    /// <summary>Whether the share is everybody, so that it need not be known where a user falls.</summary>
    public bool TakesAll { get; } = Min == 0 && Max == 1;
}

/// <summary>Rollouts in order, and whether whoever they take counts in an experiment.</summary>
internal sealed record RolloutGroup(Rollout[] Rollouts, bool? InExperiment);
