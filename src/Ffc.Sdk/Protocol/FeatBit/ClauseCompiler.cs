using Ffc.Sdk.Flags;
using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Protocol.FeatBit;

/// <summary>Compiles conditions: parses their operands, so that an evaluation reads only the user.</summary>
internal static class ClauseCompiler
{
    /// <summary>The name of the user's key.</summary>
    public const string KeyProperty = "keyId";

    private const string NameProperty = "name";

    /// <summary>Compiles the conditions of a rule.</summary>
    /// <param name="conditions">The conditions. A rule without conditions is true for all users.</param>
    /// <param name="mayTestSegments">False for the rules of segments, which cannot refer to other segments.</param>
    /// <param name="where">The flag or segment that contains them, for the log.</param>
    /// <param name="logger">Receives warnings about invalid patterns.</param>
    public static Clause[] Compile(WireCondition?[]? conditions, bool mayTestSegments, string where, ILogger logger)
    {
        Clause[] compiled = [.. (conditions ?? []).Select(condition => condition?.Value is null
            ? CompiledClauses.Never
            : CompileSegmentClause(condition, mayTestSegments) ?? Compile(condition, condition.Value, where, logger))];
        CompiledClauses.Sort(compiled);
        return compiled;
    }

    /// <summary>Returns the property of a name. Only <c>keyId</c> and <c>name</c> are built-in.</summary>
    public static (UserProperty Property, string Name) Property(string? name) => name switch
    {
        null => (UserProperty.Custom, ""),
        KeyProperty => (UserProperty.Key, ""),
        NameProperty => (UserProperty.Name, ""),
        _ when FfcUserBuilder.IsReserved(name) => (UserProperty.Reserved, name),
        _ => (UserProperty.Custom, name),
    };

    // The property decides, regardless of the operation.
    private static Clause? CompileSegmentClause(WireCondition wire, bool mayTestSegments) =>
        mayTestSegments && wire.Property is CompiledClauses.InSegment or CompiledClauses.NotInSegment
            ? new Clause
            {
                Operation = Operation.InSegment,
                Negated = wire.Property == CompiledClauses.NotInSegment,
                SegmentIds = CompiledClauses.ReadStrings(wire.Value!),
            }
            : null;

    private static Clause Compile(WireCondition wire, string value, string where, ILogger logger)
    {
        var (operation, negated) = CompiledClauses.ReadOperation(wire.Op);
        var number = 0.0;
        if (operation == Operation.Never
            || (CompiledClauses.ComparesNumbers(operation) && !Numbers.TryReadExact(value, out number)))
            return CompiledClauses.Never;

        var (property, propertyName) = Property(wire.Property);
        var set = CompiledClauses.ReadSet(operation, value);
        return new Clause
        {
            Operation = operation,
            Negated = negated,
            HoldsForMissing = operation switch
            {
                Operation.Equal or Operation.Contains or Operation.StartsWith or Operation.EndsWith =>
                    (value.Length == 0) != negated,
                Operation.IsOneOf => set.Contains("") != negated,
                // The pattern is compiled when it is first needed.
                Operation.MatchRegex => null,
                _ => false,
            },
            Property = property,
            PropertyName = propertyName,
            Text = CompiledClauses.ReadText(operation, value),
            Number = number,
            ComparesExactly = true,
            Set = set,
            Pattern = operation == Operation.MatchRegex ? new Pattern(value, ignoreCase: false, where, logger) : null,
        };
    }
}
