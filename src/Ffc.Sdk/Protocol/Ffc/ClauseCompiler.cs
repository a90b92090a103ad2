using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using Ffc.Sdk.Flags;
using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Protocol.Ffc;

/// <summary>Compiles clauses: parses their operands, so that an evaluation reads only the user.</summary>
internal static class ClauseCompiler
{
    private static readonly Clause Never = new() { Operation = Operation.Never };

    private static readonly Comparison<Clause> ByCost = (left, right) => Cost(left) - Cost(right);

    /// <summary>Compiles the clauses of a rule.</summary>
    /// <param name="clauses">The clauses; null for none.</param>
    /// <param name="where">The flag or segment that contains them, for the log.</param>
    /// <param name="logger">Receives warnings about invalid patterns.</param>
    public static Clause[] Compile(WireClause?[]? clauses, string where, ILogger logger)
    {
        // A null clause is never true. Without the clause, the rule would match users that it must not match.
        Clause[] compiled = [.. (clauses ?? []).Select(clause => clause is null ? Never : Compile(clause, where, logger))];

        // All clauses must be true, so the order does not matter. Fast clauses are first, because most rules do not match most
        // users.
        Array.Sort(compiled, ByCost);
        return compiled;
    }

    private static int Cost(Clause clause) => clause.Operation switch
    {
        Operation.InSegment => 1,
        Operation.MatchRegex => 2,
        _ => 0,
    };

    private static Clause Compile(WireClause wire, string where, ILogger logger)
    {
        var (property, name) = Property(wire.Property);
        var value = wire.Value ?? "";

        Clause Text(Operation op, bool negated = false) =>
            new() { Operation = op, Negated = negated, Property = property, PropertyName = name, Text = value };

        Clause Number(Operation op) => Numbers.TryRead(value, out var number)
            ? new() { Operation = op, Property = property, PropertyName = name, Number = number }
            : Never;

        Clause Regex(bool negated) => new()
        {
            Operation = Operation.MatchRegex,
            Negated = negated,
            Property = property,
            PropertyName = name,
            Pattern = value.Length == 0 ? null : new Pattern(value, where, logger),
        };

        Clause OneOf(bool negated) => new()
        {
            Operation = Operation.IsOneOf,
            Negated = negated,
            Property = property,
            PropertyName = name,
            Set = Strings(value).ToFrozenSet(StringComparer.Ordinal),
        };

        Clause InSegment(bool negated) =>
            new() { Operation = Operation.InSegment, Negated = negated, SegmentIds = Strings(value) };

        // A segment clause has its operation in the property, and an empty operation.
        if (string.IsNullOrEmpty(wire.Operation))
        {
            return wire.Property switch
            {
                "User is in segment" => InSegment(negated: false),
                "User is not in segment" => InSegment(negated: true),
                _ => Never,
            };
        }

        return wire.Operation switch
        {
            "Equal" => Text(Operation.Equal),
            "NotEqual" => Text(Operation.Equal, negated: true),
            "Contains" => Text(Operation.Contains),
            "NotContain" => Text(Operation.Contains, negated: true),
            "StartsWith" => Text(Operation.StartsWith),
            "EndsWith" => Text(Operation.EndsWith),
            "IsOneOf" => OneOf(negated: false),
            "NotOneOf" => OneOf(negated: true),
            "IsTrue" => Text(Operation.IsTrue),
            "IsFalse" => Text(Operation.IsFalse),
            "BiggerThan" => Number(Operation.BiggerThan),
            "BiggerEqualThan" => Number(Operation.BiggerEqualThan),
            "LessThan" => Number(Operation.LessThan),
            "LessEqualThan" => Number(Operation.LessEqualThan),
            "MatchRegex" => Regex(negated: false),
            "NotMatchRegex" => Regex(negated: true),
            _ => Never,
        };
    }

    private static (UserProperty, string) Property(string? name) => name switch
    {
        "KeyId" or "key" or "keyid" => (UserProperty.Key, ""),
        "Name" or "name" => (UserProperty.Name, ""),
        "Email" or "email" => (UserProperty.Email, ""),
        "Country" or "country" => (UserProperty.Country, ""),
        _ => (UserProperty.Custom, name ?? ""),
    };

    /// <summary>The strings of a JSON array; empty if the text is not a JSON array.</summary>
    private static string[] Strings(string json)
    {
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
}
