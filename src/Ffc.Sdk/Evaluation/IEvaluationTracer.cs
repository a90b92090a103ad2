using Ffc.Sdk.Flags;

namespace Ffc.Sdk.Evaluation;

/// <summary>
/// Observes the steps of an evaluation. Implementations are structs, so that the compiler removes the calls of
/// <see cref="NoTracer"/>.
/// </summary>
internal interface IEvaluationTracer
{
    /// <summary>The evaluation of a flag begins. The evaluations of its prerequisites are nested in it.</summary>
    void Begin(Flag flag);

    /// <summary>The evaluation of the flag that began last and has not ended.</summary>
    void End(in EvalResult result);

    /// <summary>A prerequisite was tested. If it was evaluated, that evaluation is the last one that ended.</summary>
    void PrerequisiteTested(Prerequisite required, bool holds);

    /// <summary>A rule was tested.</summary>
    void RuleTested(Rule rule, bool matches);

    /// <summary>Rollouts were searched for the user.</summary>
    void RolloutPicked(RolloutGroup group, Rollout? rollout);
}

/// <summary>Observes nothing, at no cost.</summary>
internal readonly struct NoTracer : IEvaluationTracer
{
    public void Begin(Flag flag)
    {
    }

    public void End(in EvalResult result)
    {
    }

    public void PrerequisiteTested(Prerequisite required, bool holds)
    {
    }

    public void RuleTested(Rule rule, bool matches)
    {
    }

    public void RolloutPicked(RolloutGroup group, Rollout? rollout)
    {
    }
}
