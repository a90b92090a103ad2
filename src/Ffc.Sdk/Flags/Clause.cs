using System.Collections.Frozen;

namespace Ffc.Sdk.Flags;

/// <summary>What a clause asks of a user. The negated forms are a clause's <see cref="Clause.Negated"/>.</summary>
internal enum Operation
{
    /// <summary>Holds for nobody: an operation nobody knows, or an operand that cannot be read where that makes both ways false.</summary>
    Never,
    Equal,
    Contains,
    StartsWith,
    EndsWith,
    IsOneOf,
    IsTrue,
    IsFalse,
    BiggerThan,
    BiggerEqualThan,
    LessThan,
    LessEqualThan,
    MatchRegex,
    InSegment,
}

/// <summary>Which of a user's properties a clause looks at.</summary>
internal enum UserProperty
{
    Custom,
    Key,
    Name,
    Email,
    Country,
}

/// <summary>One condition on a user, its operand read once when the flag arrived.</summary>
internal sealed class Clause
{
    public required Operation Operation { get; init; }

    /// <summary>Whether the clause holds just where the operation does not.</summary>
    public bool Negated { get; init; }

    public UserProperty Property { get; init; }

    /// <summary>The name of the custom property, where <see cref="Property"/> is one.</summary>
    public string PropertyName { get; init; } = "";

    /// <summary>The operand of the operations on text.</summary>
    public string Text { get; init; } = "";

    /// <summary>The operand of the operations on numbers, rounded as they compare.</summary>
    public double Number { get; init; }

    /// <summary>The operand of <see cref="Operation.IsOneOf"/>.</summary>
    public FrozenSet<string> Set { get; init; } = FrozenSet<string>.Empty;

    /// <summary>The operand of <see cref="Operation.InSegment"/>: segment ids.</summary>
    public string[] SegmentIds { get; init; } = [];

    /// <summary>The operand of <see cref="Operation.MatchRegex"/>.</summary>
    public Pattern? Pattern { get; init; }
}
