using Ffc.Sdk.Flags;

namespace Ffc.Sdk.Evaluation;

/// <summary>The result of evaluating a flag.</summary>
/// <param name="Variation">
/// The variation that the user gets; null if the flag is malformed for this user: the variation was deleted, or no rollout
/// includes the user.
/// </param>
/// <param name="Reason">One of <see cref="EvaluationReasons"/>.</param>
/// <param name="SendToExperiment">Whether the evaluation is part of an experiment.</param>
/// <param name="IsSplit">Whether the result comes from a rollout that includes only some of the users.</param>
internal readonly record struct EvalResult(
    Variation? Variation, string Reason, bool SendToExperiment = false, bool IsSplit = false);
