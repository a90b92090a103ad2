using System.Threading.Channels;
using Ffc.Sdk.Flags;
using Ffc.Sdk.Internal;
using Ffc.Sdk.Telemetry;
using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Snapshots;

/// <summary>
/// Writes the snapshot in the background after the server changed the data, debounced by
/// <see cref="SnapshotOptions.MinWriteInterval"/>. Any number of instances may write the same snapshot: the higher data version
/// is kept. After a restore of the server's database, versions are lower. Therefore the writer requests the data again before it
/// replaces a snapshot that has a higher version, or other content of the same version.
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
    private readonly Func<CancellationToken, Task<bool>> _requestFull;
    private readonly ILogger<SnapshotWriter> _logger;
    private readonly BackgroundLoop _loop;

    private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private volatile bool _isPending;

    /// <summary>Starts to wait for changes.</summary>
    /// <param name="options">The intervals, the logger factory and the time provider.</param>
    /// <param name="store">The store of the environment's snapshot.</param>
    /// <param name="data">The current data.</param>
    /// <param name="requestFull">
    /// Requests a full from the server. Returns true after it is applied; false if there is no connection.
    /// </param>
    /// <param name="firstRead">The first read. It may detect that the stored snapshot is damaged.</param>
    public SnapshotWriter(
        FfcOptions options,
        SnapshotStoreClient store,
        DataStore data,
        Func<CancellationToken, Task<bool>> requestFull,
        Task firstRead)
    {
        _options = options;
        _store = store;
        _data = data;
        _requestFull = requestFull;
        _logger = options.LoggerFactory.CreateLogger<SnapshotWriter>();
        _loop = new BackgroundLoop(token => RunAsync(firstRead, token), _logger, options.TimeProvider);
    }

    /// <summary>
    /// Schedules a comparison with the stored snapshot, even if the data is unchanged, because another instance may have stored
    /// older data.
    /// </summary>
    public void ReceivedData()
    {
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
        if (!await TryUpdateAsync(timeoutCts.Token).ConfigureAwait(false))
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
            while (_isPending && !await TryUpdateAsync(cancellationToken).ConfigureAwait(false))
                await Task.Delay(intervals.RefreshInterval, timeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Replaces the stored snapshot if it is outdated. Returns false if a retry is needed.</summary>
    private async Task<bool> TryUpdateAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await UpdateAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
        catch (Exception exception)
        {
            var error = _store.Describe(exception);
            if (_store.IsNewError(error))
                LogWriteFailed(_store.Name, error);
        }

        return false;
    }

    private async Task<bool> UpdateAsync(CancellationToken cancellationToken)
    {
        Draft? draft = null;
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var fullCount = _data.FullCount;
            var stored = await _store.ReadMetadataAsync(cancellationToken).ConfigureAwait(false);
            if (stored is not null)
                _store.SetKnown(stored.Metadata, fullCount);
            var data = _data.Current;
            var isOutdated = IsOutdated(stored, data);
            if (isOutdated is null)
            {
                if (!await _requestFull(cancellationToken).ConfigureAwait(false))
                {
                    LogNotConfirmed(_store.Name);
                    return false;
                }

                // The server created this full after the snapshot was stored. Any other content is outdated.
                data = _data.Current;
                isOutdated = IsOutdated(stored, data) ?? true;
            }

            if (isOutdated == false)
            {
                LogUpToDate(_store.Name, data.Version);
                SetStored(data);
                return true;
            }

            if (draft?.Data != data)
                draft = new Draft(data, _store.Encode(data));
            fullCount = _data.FullCount;
            if (!await _store.TryWriteAsync(draft.Snapshot, stored?.ETag, cancellationToken).ConfigureAwait(false))
                continue;

            _store.SetValid();
            _store.SetKnown(draft.Snapshot.Metadata, fullCount);
            var bytes = draft.Snapshot.Content.Length;
            LogWritten(_store.Name, data.Version, data.FlagsById.Count, data.SegmentsById.Count, bytes);
            Instruments.WrittenSnapshots.Add(1);
            SetStored(data);
            return true;
        }

        LogConflicts(_store.Name, MaxAttempts);
        return false;
    }

    /// <summary>Whether the stored snapshot must be replaced; null if only a new full can show it.</summary>
    private bool? IsOutdated(SnapshotEntry? stored, DataSet data)
    {
        if (_store.CanBeOverwritten(stored) || !(SnapshotMetadata.ReadDataVersion(stored.Metadata) >= data.Version))
            return true;

        // The content of a newer schema cannot be compared.
        if (SnapshotMetadata.ReadSchemaVersion(stored.Metadata) > SnapshotMetadata.CurrentSchema)
            return false;
        return _store.HasContent(stored, data) ? false : null;
    }

    // The field is reset before the comparison, so that data which arrives in between stays pending.
    private void SetStored(DataSet data)
    {
        _isPending = false;
        if (_data.Current != data)
            _isPending = true;
    }

    [LoggerMessage(EventId = 84, Level = LogLevel.Warning, Message = "Writing the snapshot {Name} failed: {Error}. Retrying")]
    private partial void LogWriteFailed(string name, string error);

    [LoggerMessage(EventId = 85, Level = LogLevel.Warning,
        Message = "The snapshot {Name} was not written: other instances wrote first in {Attempts} attempts. Retrying")]
    private partial void LogConflicts(string name, int attempts);

    [LoggerMessage(EventId = 86, Level = LogLevel.Debug, Message = "The snapshot {Name} is up to date: version {Version}")]
    private partial void LogUpToDate(string name, long version);

    [LoggerMessage(EventId = 87, Level = LogLevel.Information,
        Message = "Wrote the snapshot {Name}: version {Version}, flags: {Flags}, segments: {Segments}, bytes: {Bytes}")]
    private partial void LogWritten(string name, long version, int flags, int segments, int bytes);

    [LoggerMessage(EventId = 88, Level = LogLevel.Warning,
        Message = "The snapshot {Name} may lack the last changes: it was not written in time. The next instance writes it")]
    private partial void LogNotWrittenAtStop(string name);

    [LoggerMessage(EventId = 89, Level = LogLevel.Information,
        Message = "The snapshot {Name} differs from the current data, and the server did not send the data again. Retrying")]
    private partial void LogNotConfirmed(string name);

    private sealed record Draft(DataSet Data, Snapshot Snapshot);
}
