using Ffc.Sdk.Flags;

namespace Ffc.Sdk.Evaluation;

/// <summary>Assigns users to rollouts, and determines which evaluations are part of an experiment.</summary>
internal static class Rollouts
{
    /// <summary>Returns the rollout that includes the user; null if no rollout does.</summary>
    public static Rollout? Pick(RolloutGroup group, FfcUser user)
    {
        var percentage = double.NaN;
        foreach (var rollout in group.Rollouts)
        {
            if (rollout.TakesAll)
                return rollout;
            if (double.IsNaN(percentage))
                percentage = group.Dispatch?.RolloutPercentage(user) ?? user.RolloutPercentage;
            if (percentage >= rollout.Min && percentage < rollout.Max)
                return rollout;
        }

        return null;
    }

    public static bool SendToExperiment(Rollout rollout, RolloutGroup group, FfcUser user) => rollout.ExperimentEnd switch
    {
        Rollout.WholeExperiment => true,
        <= Rollout.NoExperiment => false,
        var end => (group.Dispatch?.ExperimentPercentage(user) ?? user.ExperimentPercentage) < end,
    };
}
