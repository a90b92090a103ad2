using System.Diagnostics.CodeAnalysis;
using Ffc.Sdk.Flags;
using Ffc.Sdk.Internal;
using Ffc.Sdk.Protocol;

namespace Ffc.Sdk.Snapshots;

/// <summary>
/// Calls the snapshot store for one environment, with a timeout. Shares the state of the stored snapshot between <see
/// cref="SnapshotReader"/> and <see cref="SnapshotWriter"/>. Thread-safe.
/// </summary>
internal sealed class SnapshotStoreClient(ISnapshotStore store, IServerProtocol protocol, TimeProvider timeProvider)
{
    private static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(5);

    private long _storedRevision = long.MinValue;
    private volatile RefusedSnapshot? _refused;
    private volatile string? _lastError;

    public string Name { get; } = SnapshotMetadata.GetName(protocol.EnvironmentName);

    /// <summary>The revision of the stored snapshot when it was last read or written.</summary>
    public long StoredRevision
    {
        get => Volatile.Read(ref _storedRevision);
        set => Volatile.Write(ref _storedRevision, value);
    }

    public Task<SnapshotEntry?> ReadAsync(CancellationToken cancellationToken) =>
        TimeLimit.RunAsync(token => store.ReadAsync(Name, token), CallLimit, timeProvider, cancellationToken);

    public Task<SnapshotEntry?> ReadMetadataAsync(CancellationToken cancellationToken) =>
        TimeLimit.RunAsync(token => store.ReadMetadataAsync(Name, token), CallLimit, timeProvider, cancellationToken);

    public Task<bool> TryWriteAsync(Snapshot snapshot, string? expectedETag, CancellationToken cancellationToken) =>
        TimeLimit.RunAsync(
            token => store.TryWriteAsync(Name, snapshot, expectedETag, token), CallLimit, timeProvider, cancellationToken);

    public Snapshot Encode(DataSet data) => SnapshotCodec.Encode(data, protocol, timeProvider.GetUtcNow());

    public SnapshotDecodeResult Decode(SnapshotEntry entry) => SnapshotCodec.Decode(entry.Metadata, entry.Content, protocol);

    /// <summary>Records that the stored snapshot is valid, and its revision.</summary>
    public void SetValid(long revision)
    {
        (_refused, _lastError) = (null, null);
        StoredRevision = revision;
    }

    public void SetRefused(SnapshotEntry entry, bool canBeOverwritten) =>
        _refused = new RefusedSnapshot(entry.ETag, canBeOverwritten);

    /// <summary>Whether this snapshot was refused when it was last read.</summary>
    public bool IsRefused(SnapshotEntry entry) => _refused?.ETag == entry.ETag;

    /// <summary>
    /// Whether any data may replace this snapshot, regardless of its revision, because it is missing or invalid.
    /// </summary>
    public bool CanBeOverwritten([NotNullWhen(false)] SnapshotEntry? entry) =>
        entry is null || (_refused is { CanBeOverwritten: true } refused && refused.ETag == entry.ETag);

    /// <summary>Whether an error differs from the last one. An error that persists is logged once.</summary>
    public bool IsNewError(string error)
    {
        var isNew = error != _lastError;
        _lastError = error;
        return isNew;
    }

    private sealed record RefusedSnapshot(string ETag, bool CanBeOverwritten);
}
