using Ffc.Sdk.Flags;

namespace Ffc.Sdk.Evaluation;

/// <summary>
/// Evaluates a flag for a user, in the order that <c>docs/protocol.md</c> describes. It reads only the data set and the user,
/// and writes only to the scope.
/// </summary>
internal static class Evaluator
{
    /// <summary>Evaluates a flag. In the scope, its event follows the events of its prerequisites.</summary>
    public static EvalResult Evaluate(ref EvaluationScope scope, Flag flag)
    {
        var result = Decide(ref scope, flag);
        scope.Record(flag, result);
        return result;
    }

    private static EvalResult Decide(ref EvaluationScope scope, Flag flag)
    {
        if (!flag.IsEnabled)
            return new EvalResult(flag.OffVariation, EvaluationReasons.FlagOff);

        if (flag.Prerequisites.Length > 0 && !PrerequisitesHold(ref scope, flag))
            return new EvalResult(flag.OffVariation, EvaluationReasons.PrerequisiteFailed);

        if (flag.Targets.Count > 0 && flag.Targets.TryGetValue(scope.User.Key, out var targeted))
            return new EvalResult(targeted, EvaluationReasons.TargetMatch, flag.ExperimentIncludesTargets);

        // Only the first matching rule is considered, even if none of its rollouts includes the user.
        foreach (var rule in flag.Rules)
        {
            if (!Conditions.AllHold(rule.Clauses, scope.User, scope.Data))
                continue;
            if (Rollouts.Pick(rule.Rollouts, scope.User) is { } picked)
                return FromRollout(picked, rule.Rollouts, EvaluationReasons.RuleMatch, scope.User);
            break;
        }

        return Rollouts.Pick(flag.DefaultRollouts, scope.User) is { } rollout
            ? FromRollout(rollout, flag.DefaultRollouts, EvaluationReasons.FallThrough, scope.User)
            : new EvalResult(null, EvaluationReasons.FallThrough);
    }

    private static EvalResult FromRollout(Rollout rollout, RolloutGroup group, string reason, FfcUser user) => new(
        rollout.Variation,
        reason,
        Rollouts.SendToExperiment(rollout, group, user),
        IsSplit: !rollout.TakesAll);

    private static bool PrerequisitesHold(ref EvaluationScope scope, Flag flag)
    {
        foreach (var required in flag.Prerequisites)
        {
            if (required.FlagId != flag.Id && !PrerequisiteHolds(ref scope, flag, required))
                return false;
        }

        return true;
    }

    private static bool PrerequisiteHolds(ref EvaluationScope scope, Flag flag, Prerequisite required)
    {
        if (scope.Data.FlagById(required.FlagId) is not { } prerequisite || !scope.TryEnterPrerequisite(flag))
            return false;
        if (!scope.Data.Cycles.Any || !scope.Data.Cycles.AreInSameCycle(flag, prerequisite))
            return Evaluate(ref scope, prerequisite).Variation is { } variation && variation.Id == required.VariationId;

        // A flag in a cycle fails, regardless of which flag of the cycle was evaluated first. The prerequisite still creates its
        // event, unless its own evaluation is in progress.
        scope.CyclePath.Add(flag);
        if (!scope.CyclePath.Contains(prerequisite))
            Evaluate(ref scope, prerequisite);
        scope.CyclePath.Remove(flag);
        return false;
    }
}
