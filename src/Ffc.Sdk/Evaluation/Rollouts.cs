using Ffc.Sdk.Flags;

namespace Ffc.Sdk.Evaluation;

/// <summary>Assigns users to rollouts, and determines which evaluations are part of an experiment.</summary>
internal static class Rollouts
{
    /// <summary>Returns the rollout that includes the user; null if no rollout does.</summary>
    public static Rollout? Pick(RolloutGroup group, FfcUser user)
    {
        foreach (var rollout in group.Rollouts)
        {
            if (rollout.TakesAll || (user.RolloutPercentage >= rollout.Min && user.RolloutPercentage < rollout.Max))
                return rollout;
        }

        return null;
    }

    public static bool SendToExperiment(Rollout rollout, bool? ruleInExperiment, bool? flagIncludesAllRules, FfcUser user)
    {
        if (flagIncludesAllRules is null or true || ruleInExperiment is null || rollout.ExperimentShare is not { } share)
            return true;

        var width = rollout.Max - rollout.Min;
        if (!ruleInExperiment.Value || share == 0 || width == 0)
            return false;

        // The share refers to all users. Within this rollout, it is correspondingly larger.
        var bound = share / width;
        return bound >= 1 || user.ExperimentPercentage < bound;
    }
}
