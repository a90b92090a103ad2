using Ffc.Sdk.Flags;

namespace Ffc.Sdk.Evaluation;

/// <summary>Tests users against clauses.</summary>
internal static class Conditions
{
    /// <summary>Whether all clauses are true for the user. A rule without clauses never matches.</summary>
    /// <param name="clauses">The clauses of one rule.</param>
    /// <param name="user">The user.</param>
    /// <param name="data">The data set with the segments.</param>
    /// <param name="path">The segments whose rules contain these clauses; null if there are none.</param>
    public static bool AllHold(Clause[] clauses, FfcUser user, DataSet data, SegmentPath? path = null)
    {
        foreach (var clause in clauses)
        {
            if (!Holds(clause, user, data, path))
                return false;
        }

        return clauses.Length > 0;
    }

    private static bool Holds(Clause clause, FfcUser user, DataSet data, SegmentPath? path)
    {
        if (clause.Operation == Operation.Never)
            return false;
        if (clause.Operation == Operation.InSegment)
            return IsInAny(clause.SegmentIds, user, data, path) != clause.Negated;

        // For a missing property, every operation is false. Every negation is true, except the negation of an invalid pattern.
        var value = ValueOf(clause, user);
        if (string.IsNullOrEmpty(value))
            return clause.Negated && clause.Pattern is not { Compiles: false };

        return clause.Operation == Operation.MatchRegex
            ? MatchesRegex(clause, user, value)
            : Matches(clause, value) != clause.Negated;
    }

    private static string? ValueOf(Clause clause, FfcUser user) => clause.Property switch
    {
        UserProperty.Key => user.Key,
        UserProperty.Name => user.Name,
        UserProperty.Email => user.Email,
        UserProperty.Country => user.Country,
        _ => user.CustomOrNull(clause.PropertyName),
    };

    private static bool Matches(Clause clause, string value) => clause.Operation switch
    {
        // With an empty operand, every operation is false, as for a missing property.
        Operation.Equal => clause.Text.Length > 0 && value == clause.Text,
        Operation.Contains => clause.Text.Length > 0 && value.Contains(clause.Text, StringComparison.Ordinal),
        Operation.StartsWith => clause.Text.Length > 0 && value.StartsWith(clause.Text, StringComparison.Ordinal),
        Operation.EndsWith => clause.Text.Length > 0 && value.EndsWith(clause.Text, StringComparison.Ordinal),
        Operation.IsOneOf => clause.Set.Contains(value),
        Operation.IsTrue => value.Equals("true", StringComparison.OrdinalIgnoreCase),
        Operation.IsFalse => value.Equals("false", StringComparison.OrdinalIgnoreCase),
        Operation.BiggerThan => Numbers.TryRead(value, out var number) && number > clause.Number,
        Operation.BiggerEqualThan => Numbers.TryRead(value, out var number) && number >= clause.Number,
        Operation.LessThan => Numbers.TryRead(value, out var number) && number < clause.Number,
        Operation.LessEqualThan => Numbers.TryRead(value, out var number) && number <= clause.Number,
        _ => false,
    };

    // A missing pattern matches nothing. A pattern that does not compile or times out makes the clause false, negated or not.
    private static bool MatchesRegex(Clause clause, FfcUser user, string value) =>
        clause.Pattern is null
            ? clause.Negated
            : user.Patterns.IsMatch(clause.Pattern, value) is { } found && found != clause.Negated;

    private static bool IsInAny(string[] segmentIds, FfcUser user, DataSet data, SegmentPath? path)
    {
        foreach (var id in segmentIds)
        {
            if (data.SegmentById(id) is { } segment && IsIn(segment, user, data, path))
                return true;
        }

        return false;
    }

    private static bool IsIn(Segment segment, FfcUser user, DataSet data, SegmentPath? path)
    {
        if (segment.Excluded is { } excluded && excluded.Contains(user.Key))
            return false;
        if (segment.Included.Contains(user.Key))
            return true;
        if (!segment.NestsSegments)
            return AnyHolds(segment.Rules, user, data, path);

        path ??= new SegmentPath();
        if (!path.TryEnter(segment))
            return false;

        var isIn = AnyHolds(segment.Rules, user, data, path);
        path.Leave();
        return isIn;
    }

    private static bool AnyHolds(Clause[][] rules, FfcUser user, DataSet data, SegmentPath? path)
    {
        foreach (var clauses in rules)
        {
            if (AllHold(clauses, user, data, path))
                return true;
        }

        return false;
    }
}
