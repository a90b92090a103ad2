namespace Ffc.Sdk;

/// <summary>
/// Every step of one evaluation, in the order of the evaluation. It contains values of the user: do not log it where personal
/// data is not allowed. <see cref="ToString"/> returns the steps as text.
/// </summary>
public sealed record FlagExplanation
{
    /// <summary>The key of the flag.</summary>
    public required string FlagKey { get; init; }

    /// <summary>The display name of the flag; null if the flag was not evaluated.</summary>
    public string? FlagName { get; init; }

    /// <summary>The key of the user; null if there was no user.</summary>
    public string? UserKey { get; init; }

    /// <summary>The value as text; null if the default is returned.</summary>
    public string? Value { get; init; }

    /// <summary>The id of the variation; null if the default is returned.</summary>
    public string? VariationId { get; init; }

    /// <summary>The reason: one of <see cref="EvaluationReasons"/>.</summary>
    public required string Reason { get; init; }

    /// <summary>Why the default is returned; <see cref="EvaluationError.None"/> if the flag was evaluated.</summary>
    public EvaluationError Error { get; init; }

    /// <summary>Whether the flag is on. If not, its off variation is returned, and nothing else is tested.</summary>
    public bool IsOn { get; init; }

    /// <summary>The tested prerequisites, in order. After one that does not hold, no other is tested.</summary>
    public IReadOnlyList<PrerequisiteExplanation> Prerequisites { get; init; } = [];

    /// <summary>Whether the user is targeted individually.</summary>
    public bool IsTargeted { get; init; }

    /// <summary>The tested rules, in order. After one that matches, no other is tested.</summary>
    public IReadOnlyList<RuleExplanation> Rules { get; init; } = [];

    /// <summary>The rollouts that were searched for the user, in order: of the matching rule, and of the flag.</summary>
    public IReadOnlyList<RolloutExplanation> Rollouts { get; init; } = [];

    /// <summary>
    /// Whether the evaluation counts in the experiments of the flag. The flag data does not say whether there are any.
    /// </summary>
    public bool IsInExperiment { get; init; }

    /// <summary>Why the evaluation counts in the experiments of the flag, or why not.</summary>
    public string ExperimentReason { get; init; } = "";

    /// <summary>
    /// Possible mistakes, as sentences: names of properties and values that differ only in letter case, or only in white space at
    /// the ends, from those that a rule, a segment or an individual target requires. Empty if there are none.
    /// </summary>
    public IReadOnlyList<string> Hints { get; init; } = [];

    /// <summary>The newest timestamp in the data set, in Unix milliseconds; 0 if there is none.</summary>
    public long DataVersion { get; init; }

    /// <summary>Returns the steps as text of several lines, for example for a support ticket. The hints are at the top.</summary>
    public override string ToString() => Evaluation.ExplanationText.Of(this);
}
