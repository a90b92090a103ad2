using Ffc.Sdk;

namespace Ffc.Functions.Api;

/// <summary>
/// Limits how deeply the prerequisites of an explanation are nested. A chain of flags can have 1,000 levels, but JSON readers
/// accept 64, and each level takes three of them.
/// </summary>
internal static class ExplanationNesting
{
    /// <summary>The prerequisites of this many levels are explained.</summary>
    public const int MaxLevels = 15;

    /// <summary>Returns the explanation without the evaluations below the last level, and a hint if there were any.</summary>
    public static FlagExplanation Limit(FlagExplanation explanation)
    {
        var omitted = new SortedSet<string>(StringComparer.Ordinal);
        var limited = Limit(explanation, MaxLevels, omitted);
        return omitted.Count == 0
            ? explanation
            : limited with
            {
                Hints =
                [
                    .. explanation.Hints,
                    $"Prerequisites are explained to {MaxLevels} levels. "
                    + $"Explain these flags for the rest: {string.Join(", ", omitted)}.",
                ],
            };
    }

    private static FlagExplanation Limit(FlagExplanation explanation, int levels, SortedSet<string> omitted) => explanation with
    {
        Prerequisites = [.. explanation.Prerequisites.Select(prerequisite => Limit(prerequisite, levels, omitted))],
    };

    private static PrerequisiteExplanation Limit(PrerequisiteExplanation prerequisite, int levels, SortedSet<string> omitted)
    {
        if (prerequisite.Evaluation is not { } evaluation)
            return prerequisite;
        if (levels > 0)
            return prerequisite with { Evaluation = Limit(evaluation, levels - 1, omitted) };

        omitted.Add(prerequisite.FlagKey);
        return prerequisite with { Evaluation = null };
    }
}
