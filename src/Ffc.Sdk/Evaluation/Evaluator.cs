using Ffc.Sdk.Flags;

namespace Ffc.Sdk.Evaluation;

/// <summary>
/// Evaluates a flag for a user, in the order that <c>docs/protocol.md</c> describes. It reads only the data set and the user,
/// and writes only to the scope and the tracer.
/// </summary>
internal static class Evaluator
{
    /// <summary>Evaluates a flag. In the scope, its event follows the events of its prerequisites.</summary>
    public static EvalResult Evaluate(ref EvaluationScope scope, Flag flag) => Evaluate(ref scope, flag, default(NoTracer));

    /// <summary>Evaluates a flag, and reports the steps to a tracer.</summary>
    public static EvalResult Evaluate<TTracer>(ref EvaluationScope scope, Flag flag, TTracer tracer)
        where TTracer : struct, IEvaluationTracer
    {
        tracer.Begin(flag);
        var result = Decide(ref scope, flag, tracer);
        scope.Record(flag, result);
        tracer.End(result);
        return result;
    }

    private static EvalResult Decide<TTracer>(ref EvaluationScope scope, Flag flag, TTracer tracer)
        where TTracer : struct, IEvaluationTracer
    {
        if (!flag.IsEnabled)
            return new EvalResult(flag.OffVariation, EvaluationReasons.FlagOff);

        if (flag.Prerequisites.Length > 0 && !PrerequisitesHold(ref scope, flag, tracer))
            return new EvalResult(flag.OffVariation, EvaluationReasons.PrerequisiteFailed);

        if (flag.Targets.Count > 0 && flag.Targets.TryGetValue(scope.User.Key, out var targeted))
            return new EvalResult(targeted, EvaluationReasons.TargetMatch, flag.ExperimentIncludesTargets);

        // Only the first matching rule is considered, even if none of its rollouts includes the user.
        foreach (var rule in flag.Rules)
        {
            var matches = Conditions.AllHold(rule.Clauses, scope.User, scope.Data);
            tracer.RuleTested(rule, matches);
            if (!matches)
                continue;
            if (Pick(rule.Rollouts, scope.User, tracer) is { } picked)
                return FromRollout(picked, rule.Rollouts, EvaluationReasons.RuleMatch, scope.User);
            break;
        }

        return Pick(flag.DefaultRollouts, scope.User, tracer) is { } rollout
            ? FromRollout(rollout, flag.DefaultRollouts, EvaluationReasons.FallThrough, scope.User)
            : new EvalResult(null, EvaluationReasons.FallThrough);
    }

    private static Rollout? Pick<TTracer>(RolloutGroup group, FfcUser user, TTracer tracer)
        where TTracer : struct, IEvaluationTracer
    {
        var rollout = Rollouts.Pick(group, user);
        tracer.RolloutPicked(group, rollout);
        return rollout;
    }

    private static EvalResult FromRollout(Rollout rollout, RolloutGroup group, string reason, FfcUser user) => new(
        rollout.Variation,
        reason,
        Rollouts.SendToExperiment(rollout, group, user),
        IsSplit: !rollout.TakesAll);

    private static bool PrerequisitesHold<TTracer>(ref EvaluationScope scope, Flag flag, TTracer tracer)
        where TTracer : struct, IEvaluationTracer
    {
        foreach (var required in flag.Prerequisites)
        {
            // A flag that requires itself ignores that prerequisite.
            var holds = required.FlagId == flag.Id || PrerequisiteHolds(ref scope, flag, required, tracer);
            tracer.PrerequisiteTested(required, holds);
            if (!holds)
                return false;
        }

        return true;
    }

    private static bool PrerequisiteHolds<TTracer>(
        ref EvaluationScope scope, Flag flag, Prerequisite required, TTracer tracer)
        where TTracer : struct, IEvaluationTracer
    {
        if (scope.Data.FlagById(required.FlagId) is not { } prerequisite || !scope.TryEnterPrerequisite(flag))
            return false;
        if (!scope.Data.Cycles.Any || !scope.Data.Cycles.AreInSameCycle(flag, prerequisite))
            return Evaluate(ref scope, prerequisite, tracer).Variation is { } variation && variation.Id == required.VariationId;

        // A flag in a cycle fails, regardless of which flag of the cycle was evaluated first. The prerequisite still creates its
        // event, unless its own evaluation is in progress.
        scope.CyclePath.Add(flag);
        if (!scope.CyclePath.Contains(prerequisite))
            Evaluate(ref scope, prerequisite, tracer);
        scope.CyclePath.Remove(flag);
        return false;
    }
}
