using Ffc.Sdk.Flags;

namespace Ffc.Sdk.Evaluation;

/// <summary>
/// The last results of patterns for one user. Neither the user nor a pattern changes, so a known user need not be matched
/// again, and matching costs more than everything else about a rule: <c>OneFlagBenchmarks</c> takes 254 ns for five rules for a
/// known user, and 740 ns for a new one. A few results are kept in a fixed array, so that storing one allocates nothing.
/// Thread-safe.
/// </summary>
internal sealed class PatternMemo
{
    private const int Size = 16;

    // Immutable objects that the patterns own: a read sees an entry as a whole.
    private readonly PatternAnswer?[] _answers = new PatternAnswer?[Size];

    /// <summary>Whether the pattern is found in a text; null if it does not compile or timed out.</summary>
    /// <param name="pattern">The pattern of a clause.</param>
    /// <param name="text">
    /// The user's value of the property that the clause tests; the same text for each call with this pattern.
    /// </param>
    public bool? IsMatch(Pattern pattern, string text)
    {
        ref var entry = ref _answers[pattern.Number % Size];
        if (entry is { } known && known.Pattern == pattern)
            return known.IsMatch;

        // A timeout is not kept: the next attempt may succeed.
        if (pattern.IsMatch(text) is not { } isMatch)
            return null;
        entry = pattern.Answer(isMatch);
        return isMatch;
    }
}
