using Ffc.Sdk.Flags;
using Ffc.Sdk.Internal;
using Ffc.Sdk.Telemetry;
using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Snapshots;

/// <summary>
/// Reads the stored snapshot in the background: once at the start and, while the stream is not OK, every
/// <see cref="SnapshotOptions.RefreshInterval"/>.
/// </summary>
internal sealed partial class SnapshotReader : IAsyncDisposable
{
    private readonly SnapshotStoreClient _store;
    private readonly IUpdateStatusProvider _status;
    private readonly DataStore _data;
    private readonly Func<SnapshotData, int, bool> _apply;
    private readonly ILogger<SnapshotReader> _logger;
    private readonly TaskCompletionSource _firstRead = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly BackgroundLoop _loop;
    private string? _lastReadETag;

    /// <summary>Starts the first read.</summary>
    /// <param name="options">The refresh interval, the logger factory and the time provider.</param>
    /// <param name="store">The store of the environment's snapshot.</param>
    /// <param name="status">The state of the stream.</param>
    /// <param name="data">The current data.</param>
    /// <param name="apply">
    /// Applies a snapshot. Receives the value of <see cref="DataStore.FullCount"/> when the snapshot became known. Returns
    /// whether the snapshot was applied.
    /// </param>
    public SnapshotReader(
        FfcOptions options,
        SnapshotStoreClient store,
        IUpdateStatusProvider status,
        DataStore data,
        Func<SnapshotData, int, bool> apply)
    {
        _store = store;
        _status = status;
        _data = data;
        _apply = apply;
        _logger = options.LoggerFactory.CreateLogger<SnapshotReader>();
        var fullCount = data.FullCount;
        _loop = new BackgroundLoop(token => RunAsync(options, fullCount, token), _logger, options.TimeProvider);
    }

    /// <summary>Completes after the first read, even if it failed. Does not complete if the read is cancelled.</summary>
    public Task FirstRead => _firstRead.Task;

    public ValueTask DisposeAsync() => _loop.DisposeAsync();

    private async Task RunAsync(FfcOptions options, int fullCount, CancellationToken cancellationToken)
    {
        await ReadAsync(fullCount, onlyIfNewer: false, cancellationToken).ConfigureAwait(false);
        _firstRead.TrySetResult();
        using var timer = new PeriodicTimer(options.Snapshot.RefreshInterval, options.TimeProvider);
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
        {
            fullCount = _data.FullCount;
            if (_status.Status.State != UpdateState.Ok)
                await ReadAsync(fullCount, onlyIfNewer: true, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task ReadAsync(int fullCount, bool onlyIfNewer, CancellationToken cancellationToken)
    {
        try
        {
            if (onlyIfNewer && !await IsNewerAsync(fullCount, cancellationToken).ConfigureAwait(false))
                return;

            if (await _store.ReadAsync(cancellationToken).ConfigureAwait(false) is { } entry)
                Apply(entry, fullCount);
            else
                LogMissing(_store.Name);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            var error = _store.Describe(exception);
            if (_store.IsNewError(error))
                LogReadFailed(_store.Name, error);
        }
    }

    private async Task<bool> IsNewerAsync(int fullCount, CancellationToken cancellationToken)
    {
        var entry = await _store.ReadMetadataAsync(cancellationToken).ConfigureAwait(false);
        if (entry is null || _store.SetKnown(entry.Metadata, fullCount) != fullCount || entry.ETag == _lastReadETag)
            return false;

        // Before the first full, a snapshot replaces the previous one regardless of its version.
        return fullCount == 0 || SnapshotMetadata.ReadDataVersion(entry.Metadata) > _data.Current.Version;
    }

    private void Apply(SnapshotEntry entry, int fullCount)
    {
        _lastReadETag = entry.ETag;
        fullCount = _store.SetKnown(entry.Metadata, fullCount);
        var result = _store.Decode(entry, _data.PrepareMessage);
        if (result.Data is { } snapshot)
        {
            _store.SetValid();
            if (_status.Status.State == UpdateState.Ok || !_apply(snapshot, fullCount))
                LogNotNeeded(_store.Name);
            return;
        }

        if (result.CanBeOverwritten)
            _store.SetOverwritable(entry);
        if (_store.IsNewError(result.Error!))
            LogRefused(_store.Name, result.Error!);
        Instruments.RefusedSnapshots.Add(1);
    }

    [LoggerMessage(EventId = 80, Level = LogLevel.Information, Message = "There is no snapshot {Name} yet")]
    private partial void LogMissing(string name);

    [LoggerMessage(EventId = 81, Level = LogLevel.Debug, Message = "The snapshot {Name} is not newer than the current data")]
    private partial void LogNotNeeded(string name);

    [LoggerMessage(EventId = 82, Level = LogLevel.Warning, Message = "The snapshot {Name} is not used: {Error}")]
    private partial void LogRefused(string name, string error);

    [LoggerMessage(EventId = 83, Level = LogLevel.Warning, Message = "Reading the snapshot {Name} failed: {Error}")]
    private partial void LogReadFailed(string name, string error);
}
