using Ffc.Sdk.Flags;

namespace Ffc.Sdk.Snapshots;

/// <summary>The data of a valid snapshot.</summary>
internal sealed record SnapshotData(SnapshotMetadata Metadata, DataSync Sync);

/// <summary>The result of decoding a snapshot: its data, or the reason why it is refused.</summary>
/// <param name="Data">The data; null if the snapshot is refused.</param>
/// <param name="Error">Why the snapshot is refused, as the end of a sentence; null if it is valid.</param>
/// <param name="CanBeOverwritten">
/// True if the snapshot is damaged or belongs to another environment. False for a newer schema, which other instances can read.
/// </param>
internal readonly record struct SnapshotDecodeResult(SnapshotData? Data, string? Error, bool CanBeOverwritten)
{
    public static SnapshotDecodeResult Valid(SnapshotData data) => new(data, Error: null, CanBeOverwritten: false);

    public static SnapshotDecodeResult Damaged(string error) => new(Data: null, error, CanBeOverwritten: true);

    public static SnapshotDecodeResult NewerSchema(int version) => new(
        Data: null,
        $"its schema version {version} is newer than the supported version {SnapshotMetadata.CurrentSchema}",
        CanBeOverwritten: false);
}
