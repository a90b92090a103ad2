using System.Threading.Channels;
using Ffc.Sdk.Flags;
using Ffc.Sdk.Internal;
using Ffc.Sdk.Telemetry;
using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Snapshots;

/// <summary>
/// Writes the snapshot in the background after the server changed the data, debounced by
/// <see cref="SnapshotOptions.MinWriteInterval"/>. Any number of instances may write the same snapshot: the newest data wins.
/// </summary>
internal sealed partial class SnapshotWriter : IAsyncDisposable
{
    // In each attempt of competing writers, one writer succeeds, and writers with older data stop.
    private const int MaxAttempts = 20;

    // A host allows a few seconds for all services to stop.
    private static readonly TimeSpan FinalWriteLimit = TimeSpan.FromSeconds(2);

    private readonly FfcOptions _options;
    private readonly SnapshotStoreClient _store;
    private readonly DataStore _data;
    private readonly ILogger<SnapshotWriter> _logger;
    private readonly BackgroundLoop _loop;

    private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private volatile bool _isPending;

    /// <summary>Starts to wait for changes.</summary>
    /// <param name="options">The intervals, the logger factory and the time provider.</param>
    /// <param name="store">The store of the environment's snapshot.</param>
    /// <param name="data">The current data.</param>
    /// <param name="firstRead">The first read. It may detect that the stored snapshot is damaged or equally new.</param>
    public SnapshotWriter(FfcOptions options, SnapshotStoreClient store, DataStore data, Task firstRead)
    {
        _options = options;
        _store = store;
        _data = data;
        _logger = options.LoggerFactory.CreateLogger<SnapshotWriter>();
        _loop = new BackgroundLoop(token => RunAsync(firstRead, token));
    }

    /// <summary>Schedules a write, unless the stored snapshot has the revision of the current data.</summary>
    public void DataChanged()
    {
        if (_data.Current.Version.Revision == _store.StoredRevision)
            return;

        _isPending = true;
        _changes.Writer.TryWrite(true);
    }

    /// <summary>Stops, and writes a pending snapshot within at most 2 s.</summary>
    public async ValueTask DisposeAsync()
    {
        await _loop.DisposeAsync().ConfigureAwait(false);
        if (!_isPending)
            return;

        using var timeoutCts = new CancellationTokenSource(FinalWriteLimit, _options.TimeProvider);
        if (!await TryWriteAsync(timeoutCts.Token).ConfigureAwait(false))
            LogNotWrittenAtStop(_store.Name);
    }

    private async Task RunAsync(Task firstRead, CancellationToken cancellationToken)
    {
        var (intervals, timeProvider) = (_options.Snapshot, _options.TimeProvider);
        await firstRead.WaitAsync(cancellationToken).ConfigureAwait(false);
        while (true)
        {
            await _changes.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            await Task.Delay(intervals.MinWriteInterval, timeProvider, cancellationToken).ConfigureAwait(false);
            while (_isPending && !await TryWriteAsync(cancellationToken).ConfigureAwait(false))
                await Task.Delay(intervals.RefreshInterval, timeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Writes the current data if it is newer than the stored snapshot. Returns false if a retry is needed.</summary>
    private async Task<bool> TryWriteAsync(CancellationToken cancellationToken)
    {
        try
        {
            _isPending = false;
            if (await WriteIfNewerAsync(cancellationToken).ConfigureAwait(false))
                return true;

            LogConflicts(_store.Name, MaxAttempts);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
        catch (Exception exception)
        {
            if (_store.IsNewError(exception.Message))
                LogWriteFailed(_store.Name, exception.Message);
        }

        _isPending = true;
        return false;
    }

    /// <summary>Returns false if other instances wrote first in all attempts.</summary>
    private async Task<bool> WriteIfNewerAsync(CancellationToken cancellationToken)
    {
        Draft? draft = null;
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var stored = await _store.ReadMetadataAsync(cancellationToken).ConfigureAwait(false);
            if (!await IsCurrentDataNewerAsync(stored, cancellationToken).ConfigureAwait(false))
                return true;

            var data = _data.Current;
            if (draft?.Data != data)
                draft = new Draft(data, _store.Encode(data));
            if (await _store.TryWriteAsync(draft.Snapshot, stored?.ETag, cancellationToken).ConfigureAwait(false))
            {
                _store.SetValid(data.Version.Revision);
                var bytes = draft.Snapshot.Content.Length;
                LogWritten(_store.Name, data.Version.Revision, data.FlagsById.Count, data.SegmentsById.Count, bytes);
                Instruments.WrittenSnapshots.Add(1);
                return true;
            }
        }

        return false;
    }

    private async Task<bool> IsCurrentDataNewerAsync(SnapshotEntry? stored, CancellationToken cancellationToken)
    {
        if (_store.CanBeOverwritten(stored) || SnapshotMetadata.ReadRevision(stored.Metadata) is not { } storedRevision)
            return true;
        if (storedRevision < _data.Current.Version.Revision)
            return true;
        if (await SupersedesAsync(stored, cancellationToken).ConfigureAwait(false))
            return true;

        _store.StoredRevision = storedRevision;
        LogNotNewer(_store.Name, storedRevision);
        return false;
    }

    /// <summary>
    /// Whether the current data is newer although the stored snapshot has the same or a higher revision. This is the case if its
    /// writer missed deletions. Then the revision of the current data is raised above the snapshot's.
    /// </summary>
    private async Task<bool> SupersedesAsync(SnapshotEntry stored, CancellationToken cancellationToken)
    {
        // Usually another instance received the same change and wrote it first. This case needs no read of the content.
        var data = _data.Current;
        if (SnapshotMetadata.Read(stored.Metadata) is not { } metadata
            || (metadata.Revision == data.Version.Revision
                && metadata.Flags == data.FlagsById.Count
                && metadata.Segments == data.SegmentsById.Count))
            return false;

        return await _store.ReadAsync(cancellationToken).ConfigureAwait(false) is { } entry
            && _store.Decode(entry).Data is { } snapshot
            && _data.SupersedesSnapshot(snapshot.Sync, snapshot.Metadata.Revision);
    }

    [LoggerMessage(EventId = 84, Level = LogLevel.Warning, Message = "Writing the snapshot {Name} failed: {Error}. Retrying")]
    private partial void LogWriteFailed(string name, string error);

    [LoggerMessage(EventId = 85, Level = LogLevel.Warning,
        Message = "The snapshot {Name} was not written: other instances wrote first in {Attempts} attempts. Retrying")]
    private partial void LogConflicts(string name, int attempts);

    [LoggerMessage(EventId = 86, Level = LogLevel.Debug, Message = "The snapshot {Name} is up to date: version {Version}")]
    private partial void LogNotNewer(string name, long version);

    [LoggerMessage(EventId = 87, Level = LogLevel.Information,
        Message = "Wrote the snapshot {Name}: version {Version}, {Flags} flags and {Segments} segments in {Bytes} bytes")]
    private partial void LogWritten(string name, long version, int flags, int segments, int bytes);

    [LoggerMessage(EventId = 88, Level = LogLevel.Warning,
        Message = "The snapshot {Name} lacks the last changes: there was no time to write it. The next instance writes it")]
    private partial void LogNotWrittenAtStop(string name);

    private sealed record Draft(DataSet Data, Snapshot Snapshot);
}
