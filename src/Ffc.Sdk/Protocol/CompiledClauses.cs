using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using Ffc.Sdk.Flags;

namespace Ffc.Sdk.Protocol;

/// <summary>The parts that the clause compilers of all servers share.</summary>
internal static class CompiledClauses
{
    /// <summary>The property of a clause that tests whether the user is in a segment.</summary>
    public const string InSegment = "User is in segment";

    /// <summary>The property of a clause that tests whether the user is not in a segment.</summary>
    public const string NotInSegment = "User is not in segment";

    /// <summary>A clause that is false for all users.</summary>
    public static readonly Clause Never = new() { Operation = Operation.Never };

    /// <summary>A clause that is true for all users.</summary>
    public static readonly Clause Always = new() { Operation = Operation.Never, Negated = true };

    private static readonly Comparison<Clause> ByCost = (left, right) => Cost(left) - Cost(right);

    /// <summary>Reads the name of an operation, which is the same on all servers.</summary>
    /// <returns>The operation; <see cref="Operation.Never"/> for an unknown name.</returns>
    public static (Operation Operation, bool Negated) ReadOperation(string? name) => name switch
    {
        "Equal" => (Operation.Equal, false),
        "NotEqual" => (Operation.Equal, true),
        "Contains" => (Operation.Contains, false),
        "NotContain" => (Operation.Contains, true),
        "StartsWith" => (Operation.StartsWith, false),
        "EndsWith" => (Operation.EndsWith, false),
        "IsOneOf" => (Operation.IsOneOf, false),
        "NotOneOf" => (Operation.IsOneOf, true),
        "IsTrue" => (Operation.IsTrue, false),
        "IsFalse" => (Operation.IsFalse, false),
        "BiggerThan" => (Operation.BiggerThan, false),
        "BiggerEqualThan" => (Operation.BiggerEqualThan, false),
        "LessThan" => (Operation.LessThan, false),
        "LessEqualThan" => (Operation.LessEqualThan, false),
        "MatchRegex" => (Operation.MatchRegex, false),
        "NotMatchRegex" => (Operation.MatchRegex, true),
        _ => (Operation.Never, false),
    };

    /// <summary>Whether the operation compares numbers.</summary>
    public static bool ComparesNumbers(Operation operation) =>
        operation is Operation.BiggerThan or Operation.BiggerEqualThan or Operation.LessThan or Operation.LessEqualThan;

    /// <summary>Returns the operand of an operation on text; empty for every other operation.</summary>
    public static string ReadText(Operation operation, string value) =>
        operation is Operation.Equal or Operation.Contains or Operation.StartsWith or Operation.EndsWith ? value : "";

    /// <summary>Returns the operand of <see cref="Operation.IsOneOf"/>; empty for every other operation.</summary>
    public static FrozenSet<string> ReadSet(Operation operation, string value) =>
        operation == Operation.IsOneOf ? ReadStrings(value).ToFrozenSet(StringComparer.Ordinal) : FrozenSet<string>.Empty;

    /// <summary>Reads the strings of a JSON array; empty if the text is not a JSON array.</summary>
    public static string[] ReadStrings(string json)
    {
        // Other text is frequent enough for its exceptions to take a twentieth of the time in which flags are read.
        if (!json.AsSpan().TrimStart().StartsWith('['))
            return [];

        try
        {
            // Utf8JsonReader, because a JsonDocument would cost more than the rest of the clause.
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json));
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
                return [];

            var strings = new List<string>();
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (reader.TokenType == JsonTokenType.String)
                    strings.Add(reader.GetString()!);
                else
                    reader.Skip();
            }

            return reader.Read() ? [] : [.. strings];
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return [];
        }
    }

    /// <summary>
    /// Sorts the clauses of a rule. All of them must be true, so the order does not matter. Fast clauses are first, because most
    /// rules do not match most users.
    /// </summary>
    public static void Sort(Clause[] clauses) => Array.Sort(clauses, ByCost);

    private static int Cost(Clause clause) => clause.Operation switch
    {
        Operation.InSegment => 1,
        Operation.MatchRegex => 2,
        _ => 0,
    };
}
