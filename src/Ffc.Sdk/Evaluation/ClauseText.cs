using System.Globalization;
using Ffc.Sdk.Flags;

namespace Ffc.Sdk.Evaluation;

/// <summary>Describes clauses in words.</summary>
internal static class ClauseText
{
    private const int MaxLength = 100;
    private const int MaxItems = 10;

    /// <summary>The names of the built-in properties.</summary>
    public static readonly string[] BuiltIn = ["key", "name", "email", "country"];

    public static string NameOf(UserProperty property, string name) => property switch
    {
        UserProperty.Key => "key",
        UserProperty.Name => "name",
        UserProperty.Email => "email",
        UserProperty.Country => "country",
        _ => name,
    };

    public static string OperationOf(Clause clause) => (clause.Operation, clause.Negated) switch
    {
        (Operation.Equal, false) => "is",
        (Operation.Equal, true) => "is not",
        (Operation.Contains, false) => "contains",
        (Operation.Contains, true) => "does not contain",
        (Operation.StartsWith, false) => "starts with",
        (Operation.StartsWith, true) => "does not start with",
        (Operation.EndsWith, false) => "ends with",
        (Operation.EndsWith, true) => "does not end with",
        (Operation.IsOneOf, false) => "is one of",
        (Operation.IsOneOf, true) => "is not one of",
        (Operation.IsTrue, false) => "is true",
        (Operation.IsTrue, true) => "is not true",
        (Operation.IsFalse, false) => "is false",
        (Operation.IsFalse, true) => "is not false",
        (Operation.BiggerThan, false) => "is greater than",
        (Operation.BiggerEqualThan, false) => "is at least",
        (Operation.LessThan, false) => "is less than",
        (Operation.LessEqualThan, false) => "is at most",
        (Operation.MatchRegex, false) => "matches the pattern",
        (Operation.MatchRegex, true) => "does not match the pattern",
        (Operation.InSegment, false) => "is in a segment of",
        (Operation.InSegment, true) => "is in no segment of",
        (_, false) => "is never true (the operation or its operand is not valid)",
        (_, true) => "is always true (the operation or its operand is not valid)",
    };

    public static string OperandOf(Clause clause) => clause.Operation switch
    {
        Operation.Equal or Operation.Contains or Operation.StartsWith or Operation.EndsWith => Shorten(clause.Text),
        Operation.IsOneOf => List(clause.Set.Order(StringComparer.Ordinal), clause.Set.Count),
        Operation.BiggerThan or Operation.BiggerEqualThan or Operation.LessThan or Operation.LessEqualThan =>
            clause.Number.ToString(CultureInfo.InvariantCulture),
        Operation.MatchRegex => Shorten(clause.Pattern?.Text ?? ""),
        Operation.InSegment => List(clause.SegmentIds, clause.SegmentIds.Length),
        _ => "",
    };

    /// <summary>Formats in invariant culture.</summary>
    public static string Format(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>Shortens a long text.</summary>
    public static string Shorten(string text) => text.Length <= MaxLength ? text : $"{text[..MaxLength]}…";

    private static string List(IEnumerable<string> items, int count)
    {
        var shown = Shorten(string.Join(", ", items.Take(MaxItems)));
        return count > MaxItems ? $"{shown} (and {count - MaxItems} more)" : shown;
    }
}
