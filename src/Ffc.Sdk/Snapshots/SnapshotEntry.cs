namespace Ffc.Sdk;

/// <summary>A snapshot as it is stored.</summary>
public sealed record SnapshotEntry
{
    /// <summary>The metadata that the snapshot was written with.</summary>
    public required IReadOnlyDictionary<string, string> Metadata { get; init; }

    /// <summary>Identifies this state of the stored snapshot. Every write changes it.</summary>
    public required string ETag { get; init; }

    /// <summary>The content that the snapshot was written with. Empty if only the metadata was read.</summary>
    public ReadOnlyMemory<byte> Content { get; init; }
}
