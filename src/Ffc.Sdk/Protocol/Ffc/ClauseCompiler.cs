using Ffc.Sdk.Flags;
using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Protocol.Ffc;

/// <summary>Compiles clauses: parses their operands, so that an evaluation reads only the user.</summary>
internal static class ClauseCompiler
{
    /// <summary>Compiles the clauses of a rule.</summary>
    /// <param name="clauses">The clauses. A rule without clauses is false for all users.</param>
    /// <param name="where">The flag or segment that contains them, for the log.</param>
    /// <param name="logger">Receives warnings about invalid patterns.</param>
    public static Clause[] Compile(WireClause?[]? clauses, string where, ILogger logger)
    {
        if (clauses is null or [])
            return [CompiledClauses.Never];

        // A null clause is never true. Without the clause, the rule would match users that it must not match.
        Clause[] compiled =
            [.. clauses.Select(clause => clause is null ? CompiledClauses.Never : Compile(clause, where, logger))];
        CompiledClauses.Sort(compiled);
        return compiled;
    }

    private static Clause Compile(WireClause wire, string where, ILogger logger)
    {
        var value = wire.Value ?? "";
        if (string.IsNullOrEmpty(wire.Operation))
            return CompileSegmentClause(wire.Property, value);

        var (operation, negated) = CompiledClauses.ReadOperation(wire.Operation);
        var number = 0.0;
        if (operation == Operation.Never
            || (CompiledClauses.ComparesNumbers(operation) && !Numbers.TryRead(value, out number)))
            return CompiledClauses.Never;

        // With an empty operand, every operation is false, as for a missing property.
        if (value.Length == 0 && operation is not (Operation.IsTrue or Operation.IsFalse))
            return negated ? CompiledClauses.Always : CompiledClauses.Never;

        var (property, propertyName) = Property(wire.Property);
        return new Clause
        {
            Operation = operation,
            Negated = negated,
            HoldsForMissing = negated,
            Property = property,
            PropertyName = propertyName,
            Text = CompiledClauses.ReadText(operation, value),
            Number = number,
            Set = CompiledClauses.ReadSet(operation, value),
            Pattern = operation == Operation.MatchRegex ? new Pattern(value, ignoreCase: true, where, logger) : null,
        };
    }

    private static Clause CompileSegmentClause(string? property, string value) =>
        property is CompiledClauses.InSegment or CompiledClauses.NotInSegment
            ? new Clause
            {
                Operation = Operation.InSegment,
                Negated = property == CompiledClauses.NotInSegment,
                SegmentIds = CompiledClauses.ReadStrings(value),
            }
            : CompiledClauses.Never;

    private static (UserProperty, string) Property(string? name) => name switch
    {
        "KeyId" or "key" or "keyid" => (UserProperty.Key, ""),
        "Name" or "name" => (UserProperty.Name, ""),
        "Email" or "email" => (UserProperty.Email, ""),
        "Country" or "country" => (UserProperty.Country, ""),
        _ => (UserProperty.Custom, name ?? ""),
    };
}
