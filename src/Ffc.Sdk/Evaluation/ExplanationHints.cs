using System.Collections.Frozen;
using Ffc.Sdk.Flags;

namespace Ffc.Sdk.Evaluation;

/// <summary>
/// Finds possible mistakes in a user and in the data of a flag: names and values that differ only in letter case, or only in
/// white space at the ends.
/// </summary>
internal sealed class ExplanationHints(DataSet data, FfcUser user)
{
    private readonly List<string> _found = [];
    private readonly HashSet<string> _segments = new(StringComparer.Ordinal);

    /// <summary>All hints: first those about the user alone, then the added ones, which may be repeated.</summary>
    public IEnumerable<string> All => BuiltInNames().Concat(_found);

    /// <summary>Hints for a key that no flag has.</summary>
    public static IEnumerable<string> SimilarKeys(DataSet data, string? key) =>
        from flag in data.FlagsInOrder
        where flag.Key.Equals(key?.Trim(), StringComparison.OrdinalIgnoreCase)
        select $"There is a flag with the key '{flag.Key}'. Letter case and white space count.";

    /// <summary>Adds hints about the clauses of a tested rule.</summary>
    /// <param name="place">The rule, for example <c>rule 1</c>.</param>
    /// <param name="clauses">The clauses.</param>
    public void AddClauses(string place, Clause[] clauses)
    {
        foreach (var clause in clauses)
        {
            if (clause.Operation == Operation.InSegment)
                AddSegments(place, clause);
            else if (clause.Operation != Operation.Never)
                AddClause(place, clause);
        }
    }

    /// <summary>Adds a hint if the key of the user resembles the key of an individually targeted user.</summary>
    public void AddTargets(string place, Flag flag) => AddKey($"{place}individual targets", flag.Targets.Keys);

    /// <summary>Adds a hint if the user has no such property, but one whose name differs only in letter case.</summary>
    public void AddProperty(string place, UserProperty property, string name)
    {
        var isCustom = property is UserProperty.Custom or UserProperty.Reserved;
        if (!isCustom || !string.IsNullOrEmpty(user.ValueOf(property, name)))
            return;

        var similar = Names()
            .FirstOrDefault(known => known != name && known.Equals(name, StringComparison.OrdinalIgnoreCase));
        if (similar is not null)
        {
            Add(place, $"it uses the property '{name}', but the user has '{similar}'. "
                + "Names of properties are case-sensitive: change the name in the user or in the flag.");
        }
    }

    private void AddClause(string place, Clause clause)
    {
        AddProperty(place, clause.Property, clause.PropertyName);
        var name = ClauseText.NameOf(clause.Property, clause.PropertyName);
        if (user.ValueOf(clause.Property, clause.PropertyName) is { Length: > 0 } value)
            AddValue(place, name, value, clause.Operation, OperandsOf(clause));
    }

    private void AddSegments(string place, Clause clause)
    {
        foreach (var segment in clause.SegmentsIn(data))
        {
            // Segments can refer to each other.
            if (!_segments.Add(segment.Id))
                continue;

            var inSegment = $"{place}, segment '{segment.Id}'";
            AddKey(inSegment, segment.Excluded ?? FrozenSet<string>.Empty);
            if (Conditions.IsIn(segment, user, data))
                continue;

            AddKey(inSegment, segment.Included);
            foreach (var (index, clauses) in segment.Rules.Index())
                AddClauses($"{inSegment}, rule {index + 1} of the segment", clauses);
        }
    }

    private void AddKey(string place, IEnumerable<string> keys) => AddValue(place, "key", user.Key, Operation.Equal, keys);

    private void AddValue(string place, string property, string value, Operation operation, IEnumerable<string> operands)
    {
        Difference? smallest = null;
        var similar = "";
        foreach (var operand in operands)
        {
            var difference = DifferenceOf(operation, value, operand);
            if (difference == Difference.None)
                return;
            if (difference < (smallest ?? Difference.Other))
                (smallest, similar) = (difference, operand);
        }

        if (smallest is not { } found)
            return;

        var ignored = found switch
        {
            Difference.Case => "letter case is",
            Difference.WhiteSpace => "white space at the ends is",
            _ => "letter case and white space at the ends are",
        };
        Add(place, $"the {property} '{ClauseText.Shorten(value)}' {VerbOf(operation)} '{ClauseText.Shorten(similar)}' only if "
            + $"{ignored} ignored. The comparison is exact: change the value in the user or in the flag.");
    }

    private void Add(string place, string text) => _found.Add($"{char.ToUpperInvariant(place[0])}{place[1..]}: {text}");

    private static string[] OperandsOf(Clause clause) => clause.Operation switch
    {
        Operation.Equal or Operation.Contains or Operation.StartsWith or Operation.EndsWith => [clause.Text],
        Operation.IsOneOf => [.. clause.Set.Order(StringComparer.Ordinal)],
        Operation.IsTrue => ["true"],
        Operation.IsFalse => ["false"],
        _ => [],
    };

    private static string VerbOf(Operation operation) => operation switch
    {
        Operation.Contains => "contains",
        Operation.StartsWith => "starts with",
        Operation.EndsWith => "ends with",
        _ => "equals",
    };

    private static Difference DifferenceOf(Operation operation, string value, string operand)
    {
        var (trimmedValue, trimmedOperand) = (value.Trim(), operand.Trim());
        if (trimmedOperand.Length == 0)
            return Difference.Other;

        // Operations on boolean texts ignore letter case.
        var exact = operation is Operation.IsTrue or Operation.IsFalse
            ? StringComparison.OrdinalIgnoreCase
            : StringComparison.Ordinal;
        return Holds(operation, value, operand, exact) ? Difference.None
            : Holds(operation, value, operand, StringComparison.OrdinalIgnoreCase) ? Difference.Case
            : Holds(operation, trimmedValue, trimmedOperand, exact) ? Difference.WhiteSpace
            : Holds(operation, trimmedValue, trimmedOperand, StringComparison.OrdinalIgnoreCase) ? Difference.Both
            : Difference.Other;
    }

    private static bool Holds(Operation operation, string value, string operand, StringComparison comparison) => operation switch
    {
        Operation.Contains => value.Contains(operand, comparison),
        Operation.StartsWith => value.StartsWith(operand, comparison),
        Operation.EndsWith => value.EndsWith(operand, comparison),
        _ => value.Equals(operand, comparison),
    };

    private IEnumerable<string> BuiltInNames()
    {
        foreach (var name in CustomNames())
        {
            if (ClauseText.BuiltIn.FirstOrDefault(known => known.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } builtIn)
            {
                yield return $"'{name}' is a custom property. If you mean the built-in property '{builtIn}', "
                    + "change the name in the user.";
            }
        }
    }

    private IEnumerable<string> CustomNames() => user.Custom.Keys.Concat(user.ReservedCustom?.Keys ?? []);

    private IEnumerable<string> Names()
    {
        if (user.Name is not null)
            yield return "name";
        if (user.Email is not null)
            yield return "email";
        if (user.Country is not null)
            yield return "country";
        foreach (var name in CustomNames())
            yield return name;
    }

    // From the smallest to the largest.
    private enum Difference
    {
        None,
        Case,
        WhiteSpace,
        Both,
        Other,
    }
}
