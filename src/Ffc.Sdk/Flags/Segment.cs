using System.Collections.Frozen;

namespace Ffc.Sdk.Flags;

/// <summary>A named group of users, compiled for evaluation. Immutable.</summary>
internal sealed class Segment : IDataItem
{
    public required string Id { get; init; }

    public required long Version { get; init; }

    public required FrozenSet<string> Included { get; init; }

    /// <summary>Null if empty, because most segments exclude no users, and a lookup in an empty set is not faster.</summary>
    public required FrozenSet<string>? Excluded { get; init; }

    /// <summary>The clauses of each rule. A user for whom all clauses of a rule are true is in the segment.</summary>
    public required Clause[][] Rules { get; init; }

    /// <summary>Whether a rule refers to other segments.</summary>
    public required bool NestsSegments { get; init; }

    public required ItemContent Content { get; init; }
}
