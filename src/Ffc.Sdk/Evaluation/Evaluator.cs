using Ffc.Sdk.Flags;

namespace Ffc.Sdk.Evaluation;

/// <summary>Evaluates a flag for a user. Pure: it reads the data set and the user, and writes only to its scope.</summary>
internal static class Evaluator
{
    /// <summary>Evaluates a flag; leaves its event in the scope, behind those of its prerequisites.</summary>
    public static EvalResult Evaluate(ref EvaluationScope scope, Flag flag)
    {
        var evaluation = Decide(ref scope, flag);
        scope.Record(flag, evaluation);
        return evaluation;
    }

    private static EvalResult Decide(ref EvaluationScope scope, Flag flag)
    {
        if (!flag.IsEnabled)
            return new EvalResult(flag.OffVariation, EvaluationReasons.FlagOff);

        if (flag.Prerequisites.Length > 0 && !PrerequisitesHold(ref scope, flag))
            return new EvalResult(flag.OffVariation, EvaluationReasons.PrerequisiteFailed);

        if (flag.Targets.Count > 0 && flag.Targets.TryGetValue(scope.User.Key, out var targeted))
            return new EvalResult(targeted, EvaluationReasons.TargetMatch, flag.ExperimentIncludesAllRules ?? true);

        // The first rule that holds is the only one looked at, even where none of its rollouts takes the user.
        foreach (var rule in flag.Rules)
        {
            if (!Conditions.AllHold(rule.Clauses, scope.User, scope.Data))
                continue;
            if (Rollouts.Pick(rule.Rollouts, scope.User) is { } picked)
                return Answer(flag, picked, rule.Rollouts, EvaluationReasons.RuleMatch, scope.User);
            break;
        }

        return Rollouts.Pick(flag.DefaultRollouts, scope.User) is { } rollout
            ? Answer(flag, rollout, flag.DefaultRollouts, EvaluationReasons.FallThrough, scope.User)
            : new EvalResult(flag.OffVariation, EvaluationReasons.FallThrough);
    }

    private static EvalResult Answer(Flag flag, Rollout rollout, RolloutGroup group, string reason, FfcUser user) => new(
        rollout.Variation,
        reason,
        Rollouts.SendToExperiment(rollout, group.InExperiment, flag.ExperimentIncludesAllRules, user),
        IsSplit: !rollout.TakesAll);

    private static bool PrerequisitesHold(ref EvaluationScope scope, Flag flag)
    {
        if (!scope.TryDescend())
            return false;

        var holds = true;
        foreach (var wanted in flag.Prerequisites)
        {
            if (wanted.FlagId == flag.Id)
                continue;

            if (scope.Data.FlagById(wanted.FlagId) is not { } prerequisite)
            {
                holds = false;
            }
            else if (scope.Data.Cycles.Any && scope.Data.Cycles.Joins(flag, prerequisite))
            {
                // A flag in a cycle fails, whichever flag of the cycle was asked for. The other one leaves its event
                // all the same, as long as it is not one of those waiting for this very answer.
                scope.CyclePath.Add(flag);
                if (!scope.CyclePath.Contains(prerequisite))
                    Evaluate(ref scope, prerequisite);
                scope.CyclePath.Remove(flag);
                holds = false;
            }
            else
            {
                holds = Evaluate(ref scope, prerequisite).Variation.LocalId == wanted.LocalId;
            }

            if (!holds)
                break;
        }

        return holds;
    }
}
