using System.Collections.Frozen;

namespace Ffc.Sdk.Flags;

/// <summary>A condition on a user. Its operand is parsed once, when the flag arrives.</summary>
internal sealed class Clause
{
    public required Operation Operation { get; init; }

    /// <summary>True negates the result of the operation.</summary>
    public bool Negated { get; init; }

    public UserProperty Property { get; init; }

    /// <summary>The name of the property if <see cref="Property"/> is <see cref="UserProperty.Custom"/>.</summary>
    public string PropertyName { get; init; } = "";

    /// <summary>The operand of text operations.</summary>
    public string Text { get; init; } = "";

    /// <summary>The operand of number operations, rounded for the comparison.</summary>
    public double Number { get; init; }

    /// <summary>The operand of <see cref="Operation.IsOneOf"/>.</summary>
    public FrozenSet<string> Set { get; init; } = FrozenSet<string>.Empty;

    /// <summary>The operand of <see cref="Operation.InSegment"/>: segment ids.</summary>
    public string[] SegmentIds { get; init; } = [];

    /// <summary>The operand of <see cref="Operation.MatchRegex"/>; null if it is empty.</summary>
    public Pattern? Pattern { get; init; }
}
