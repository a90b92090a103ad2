using Ffc.Sdk.Flags;

namespace Ffc.Sdk.Evaluation;

/// <summary>Collects the steps of an evaluation.</summary>
internal readonly struct ExplanationTracer(ExplanationBuilder builder) : IEvaluationTracer
{
    public void Begin(Flag flag) => builder.Begin(flag);

    public void End(in EvalResult result) => builder.End(result);

    public void PrerequisiteTested(Prerequisite required, bool holds) => builder.PrerequisiteTested(required, holds);

    public void RuleTested(Rule rule, bool matches) => builder.RuleTested(rule, matches);

    public void RolloutPicked(RolloutGroup group, Rollout? rollout) => builder.RolloutPicked(group, rollout);
}
