using Ffc.Sdk.Flags;

namespace Ffc.Sdk.Evaluation;

/// <summary>What a flag answered.</summary>
/// <param name="Variation">The variation.</param>
/// <param name="Reason">One of <see cref="EvaluationReasons"/>.</param>
/// <param name="SendToExperiment">Whether the evaluation counts in an experiment.</param>
/// <param name="IsSplit">Whether a rollout that takes only some of the users decided.</param>
internal readonly record struct EvalResult(Variation Variation, string Reason, bool SendToExperiment = false, bool IsSplit = false);
