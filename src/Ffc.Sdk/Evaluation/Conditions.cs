using System.Collections.Immutable;
using Ffc.Sdk.Flags;

namespace Ffc.Sdk.Evaluation;

/// <summary>Tests users against clauses.</summary>
internal static class Conditions
{
    /// <summary>Whether all clauses hold. No clauses hold for nobody.</summary>
    /// <param name="clauses">The clauses of one rule.</param>
    /// <param name="user">The user.</param>
    /// <param name="data">Where segments are looked up.</param>
    /// <param name="outer">The segments whose rules are being tested around this one; null when there are none.</param>
    public static bool AllHold(Clause[] clauses, FfcUser user, DataSet data, ImmutableStack<Segment>? outer = null)
    {
        foreach (var clause in clauses)
        {
            if (!Holds(clause, user, data, outer))
                return false;
        }

        return clauses.Length > 0;
    }

    private static bool Holds(Clause clause, FfcUser user, DataSet data, ImmutableStack<Segment>? outer)
    {
        if (clause.Operation == Operation.Never)
            return false;
        if (clause.Operation == Operation.InSegment)
            return IsInAny(clause.SegmentIds, user, data, outer) != clause.Negated;

        // A property that is missing satisfies no operation, and therefore every negation, but that of a pattern that is none.
        var value = ValueOf(clause, user);
        if (string.IsNullOrEmpty(value))
            return clause.Negated && clause.Pattern is not { Compiles: false };

        return clause.Operation == Operation.MatchRegex
            ? MatchesRegex(clause, value)
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
        // An operand that is missing satisfies nothing, as a missing property does not.
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

    // No pattern is an empty one: it matches nothing. One that does not compile, or runs out of time, is false both ways round.
    private static bool MatchesRegex(Clause clause, string value) =>
        clause.Pattern is null ? clause.Negated : clause.Pattern.IsMatch(value) is { } found && found != clause.Negated;

    private static bool IsInAny(string[] segmentIds, FfcUser user, DataSet data, ImmutableStack<Segment>? outer)
    {
        foreach (var id in segmentIds)
        {
            if (data.SegmentById(id) is { } segment && IsIn(segment, user, data, outer))
                return true;
        }

        return false;
    }

    private static bool IsIn(Segment segment, FfcUser user, DataSet data, ImmutableStack<Segment>? outer)
    {
        if (segment.Excluded.Contains(user.Key))
            return false;
        if (segment.Included.Contains(user.Key))
            return true;
        if (segment.NestsSegments)
        {
            // A segment that asks for itself, by whatever way, finds nobody there: without this it would ask for ever.
            outer ??= ImmutableStack<Segment>.Empty;
            if (outer.Contains(segment))
                return false;
            outer = outer.Push(segment);
        }

        foreach (var clauses in segment.Rules)
        {
            if (AllHold(clauses, user, data, outer))
                return true;
        }

        return false;
    }
}
