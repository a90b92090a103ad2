using Ffc.Sdk.Flags;

namespace Ffc.Sdk.Evaluation;

/// <summary>Tests users against clauses.</summary>
internal static class Conditions
{
    /// <summary>Whether all clauses are true for the user.</summary>
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

        return true;
    }

    /// <summary>Whether a clause is true for the user.</summary>
    public static bool Holds(Clause clause, FfcUser user, DataSet data, SegmentPath? path = null)
    {
        if (clause.Operation == Operation.Never)
            return clause.Negated;
        if (clause.Operation == Operation.InSegment)
            return IsInAny(clause.SegmentsIn(data), user, data, path) != clause.Negated;

        var value = user.ValueOf(clause.Property, clause.PropertyName);
        if (string.IsNullOrEmpty(value))
        {
            // The negation of an invalid pattern is false, too.
            if (clause.HoldsForMissing is { } holds)
                return holds && clause.Pattern is not { Compiles: false };
            value = "";
        }

        // A pattern that does not compile or times out makes the clause false, negated or not.
        return clause.Pattern is { } pattern
            ? user.Patterns.IsMatch(pattern, value) is { } found && found != clause.Negated
            : Matches(clause, value) != clause.Negated;
    }

    private static bool Matches(Clause clause, string value) => clause.Operation switch
    {
        Operation.Equal => value == clause.Text,
        Operation.Contains => value.Contains(clause.Text, StringComparison.Ordinal),
        Operation.StartsWith => value.StartsWith(clause.Text, StringComparison.Ordinal),
        Operation.EndsWith => value.EndsWith(clause.Text, StringComparison.Ordinal),
        Operation.IsOneOf => clause.Set.Contains(value),
        Operation.IsTrue => value.Equals("true", StringComparison.OrdinalIgnoreCase),
        Operation.IsFalse => value.Equals("false", StringComparison.OrdinalIgnoreCase),
        Operation.BiggerThan => TryReadNumber(clause, value, out var number) && number > clause.Number,
        Operation.BiggerEqualThan => TryReadNumber(clause, value, out var number) && number >= clause.Number,
        Operation.LessThan => TryReadNumber(clause, value, out var number) && number < clause.Number,
        Operation.LessEqualThan => TryReadNumber(clause, value, out var number) && number <= clause.Number,
        _ => false,
    };

    private static bool TryReadNumber(Clause clause, string value, out double number) =>
        clause.ComparesExactly ? Numbers.TryReadExact(value, out number) : Numbers.TryRead(value, out number);

    private static bool IsInAny(Segment[] segments, FfcUser user, DataSet data, SegmentPath? path)
    {
        foreach (var segment in segments)
        {
            if (IsIn(segment, user, data, path))
                return true;
        }

        return false;
    }

    /// <summary>Whether the user is in a segment.</summary>
    public static bool IsIn(Segment segment, FfcUser user, DataSet data, SegmentPath? path = null)
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
