using System.Diagnostics.CodeAnalysis;
using Ffc.Sdk.Flags;
using Ffc.Sdk.Internal;
using Ffc.Sdk.Protocol;

namespace Ffc.Sdk.Snapshots;

/// <summary>
/// Calls the snapshot store for one environment, with a timeout. Shares the state of the stored snapshot between <see
/// cref="SnapshotReader"/> and <see cref="SnapshotWriter"/>. Thread-safe.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="protocol">The protocol of the server, which names the environment.</param>
/// <param name="timeProvider">The clock of the timeout.</param>
/// <param name="settingPrefix">The prefix of the client's settings, for errors.</param>
internal sealed class SnapshotStoreClient(
    ISnapshotStore store, IServerProtocol protocol, TimeProvider timeProvider, string settingPrefix = "Ffc:")
{
    private static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private volatile string? _overwritableETag;
    private volatile string? _lastError;

    // Guarded by _lock.
    private (string Id, int FullCount) _known = ("", 0);

    public string Name { get; } = SnapshotMetadata.GetName(protocol.EnvironmentName);

    public Task<SnapshotEntry?> ReadAsync(CancellationToken cancellationToken) =>
        TimeLimit.RunAsync(token => store.ReadAsync(Name, token), CallLimit, timeProvider, cancellationToken);

    public Task<SnapshotEntry?> ReadMetadataAsync(CancellationToken cancellationToken) =>
        TimeLimit.RunAsync(token => store.ReadMetadataAsync(Name, token), CallLimit, timeProvider, cancellationToken);

    public Task<bool> TryWriteAsync(Snapshot snapshot, string? expectedETag, CancellationToken cancellationToken) =>
        TimeLimit.RunAsync(
            token => store.TryWriteAsync(Name, snapshot, expectedETag, token), CallLimit, timeProvider, cancellationToken);

    public Snapshot Encode(DataSet data) => SnapshotCodec.Encode(data, protocol, timeProvider.GetUtcNow());

    public SnapshotDecodeResult Decode(SnapshotEntry entry, Func<ItemPreparation> prepareItems) =>
        SnapshotCodec.Decode(entry.Metadata, entry.Content, protocol, prepareItems);

    /// <summary>Whether a snapshot contains a data set, according to its metadata.</summary>
    public bool HasContent(SnapshotEntry entry, DataSet data) =>
        SnapshotMetadata.Read(entry.Metadata)?.Sha256 == SnapshotCodec.Hash(data, protocol);

    /// <summary>Records that a stored snapshot is known, because it was read or written.</summary>
    /// <param name="metadata">The metadata of the snapshot.</param>
    /// <param name="fullCount">The value of <see cref="DataStore.FullCount"/> before the read or write.</param>
    /// <returns>The value of <see cref="DataStore.FullCount"/> when the snapshot became known.</returns>
    public int SetKnown(IReadOnlyDictionary<string, string> metadata, int fullCount)
    {
        // Only the last snapshot is recorded, because a replaced snapshot is never stored again.
        var id = SnapshotMetadata.ReadId(metadata);
        lock (_lock)
        {
            if (_known.Id != id)
                _known = (id, fullCount);
            return _known.FullCount;
        }
    }

    /// <summary>Records that the stored snapshot is valid.</summary>
    public void SetValid() => (_overwritableETag, _lastError) = (null, null);

    /// <summary>Records that any data may replace this snapshot, because it is invalid.</summary>
    public void SetOverwritable(SnapshotEntry entry) => _overwritableETag = entry.ETag;

    /// <summary>
    /// Whether any data may replace this snapshot, regardless of its version, because it is missing or invalid.
    /// </summary>
    public bool CanBeOverwritten([NotNullWhen(false)] SnapshotEntry? entry) =>
        entry is null || entry.ETag == _overwritableETag;

    /// <summary>Describes a failed call in one line.</summary>
    public string Describe(Exception exception) =>
        StoreFault.Describe(exception, store is FileSnapshotStore ? $"{settingPrefix}Snapshot:Path" : null);

    /// <summary>Whether an error differs from the last one. An error that persists is logged once.</summary>
    public bool IsNewError(string error)
    {
        var isNew = error != _lastError;
        _lastError = error;
        return isNew;
    }
}
