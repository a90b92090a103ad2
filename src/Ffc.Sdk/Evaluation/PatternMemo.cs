using Ffc.Sdk.Flags;

namespace Ffc.Sdk.Evaluation;

/// <summary>
/// What patterns last said of one user. Neither changes, so a user who is seen again need not be matched again: matching costs more
/// than everything else about a rule. It keeps a few answers, later ones in the place of earlier ones, and allocates nothing for
/// them. Threads may use it at once.
/// </summary>
internal sealed class PatternMemo
{
    private const int Size = 16;

    // Immutable objects that the patterns own: whoever reads an entry sees it whole.
    private readonly PatternAnswer?[] _answers = new PatternAnswer?[Size];

    /// <summary>Whether the pattern is found in a text; null when it does not compile, or ran out of time.</summary>
    /// <param name="pattern">The pattern of a clause.</param>
    /// <param name="text">The user's value of the property that the clause looks at; the same one each time.</param>
    public bool? IsMatch(Pattern pattern, string text)
    {
        ref var entry = ref _answers[pattern.Number % Size];
        if (entry is { } known && known.Pattern == pattern)
            return known.IsMatch;

        // Running out of time is not kept: it may do better another time.
        if (pattern.IsMatch(text) is not { } isMatch)
            return null;
        entry = pattern.Answer(isMatch);
        return isMatch;
    }
}
