using System.Collections.Frozen;

namespace Ffc.Sdk.Flags;

/// <summary>A named group of users, compiled for evaluation. Immutable.</summary>
internal sealed class Segment : IDataItem
{
    public required string Id { get; init; }

    public required long Version { get; init; }

    public required FrozenSet<string> Included { get; init; }

    /// <summary>Null when there is nobody: most segments exclude nobody, and asking an empty set takes as long as a full one.</summary>
    public required FrozenSet<string>? Excluded { get; init; }

    /// <summary>The clauses of each rule; a user who satisfies all of one rule's is in.</summary>
    public required Clause[][] Rules { get; init; }

    /// <summary>Whether a rule asks for other segments.</summary>
    public required bool NestsSegments { get; init; }

    public required ReadOnlyMemory<byte> Json { get; init; }
}
