using System.Threading.Channels;
using Ffc.Sdk.Flags;
using Ffc.Sdk.Internal;
using Ffc.Sdk.Protocol.Ffc;
using Ffc.Sdk.Telemetry;
using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Snapshots;

/// <summary>
/// Keeps the stored snapshot and the data in force in step: reads the snapshot at the start, and again while the stream is not OK;
/// writes it after the server changed the data. All of it in the background: nobody waits for storage.
/// </summary>
internal sealed partial class SnapshotSynchronizer : IAsyncDisposable
{
    // A host that stops has other things to do, too, and few seconds for all of them.
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan CallTime = TimeSpan.FromSeconds(5);

    // Of many writers at once, each round leaves fewer: those with older data go, and one of the others wins.
    private const int MaxRaces = 20;

    private readonly FfcOptions _options;
    private readonly EnvironmentSecret _secret;
    private readonly ISnapshotStore _store;
    private readonly IUpdateStatusProvider _status;
    private readonly DataStore _data;
    private readonly Func<SnapshotData, int, bool> _accept;
    private readonly ILogger<SnapshotSynchronizer> _logger;
    private readonly string _name;
    private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _reading;
    private readonly Task _writing;

    private volatile bool _unwritten;
    private volatile Refused? _refused;
    private volatile string? _lastFault;
    private long _storedVersion = long.MinValue;

    /// <summary>Starts to read.</summary>
    /// <param name="options">How often, and by which clock.</param>
    /// <param name="secret">The environment.</param>
    /// <param name="store">Where the snapshot is.</param>
    /// <param name="status">Tells whether the stream is OK.</param>
    /// <param name="data">The data in force.</param>
    /// <param name="accept">
    /// Takes a snapshot that was read, and what <see cref="DataStore.AppliedCount"/> was before; answers whether it came into force.
    /// </param>
    public SnapshotSynchronizer(
        FfcOptions options,
        EnvironmentSecret secret,
        ISnapshotStore store,
        IUpdateStatusProvider status,
        DataStore data,
        Func<SnapshotData, int, bool> accept)
    {
        _options = options;
        _secret = secret;
        _store = store;
        _status = status;
        _data = data;
        _accept = accept;
        _logger = options.LoggerFactory.CreateLogger<SnapshotSynchronizer>();
        _name = SnapshotMetadata.NameOf(secret);
        var applied = data.AppliedCount;
        var firstRead = Task.Run(() => ReadAsync(applied, onlyIfNewer: false));
        _reading = RefreshAsync(firstRead);
        _writing = WriteChangesAsync(firstRead);
    }

    /// <summary>The server said what the data is: it is to be written, where that is not what is stored.</summary>
    public void DataChanged()
    {
        if (_data.Current.Version.Revision == Volatile.Read(ref _storedVersion))
            return;
        _unwritten = true;
        _changes.Writer.TryWrite(true);
    }

    /// <summary>Stops, and makes a pending write if that can be done within 2 s.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_reading, _writing).ConfigureAwait(false);
        _stopping.Dispose();
        if (!_unwritten)
            return;

        using var limit = new CancellationTokenSource(StopTime, _options.TimeProvider);
        if (!await WriteAsync(limit.Token).ConfigureAwait(false))
            LogNotWrittenAtStop(_name);
    }

    private async Task RefreshAsync(Task firstRead)
    {
        try
        {
            await firstRead.ConfigureAwait(false);
            using var timer = new PeriodicTimer(_options.Snapshot.RefreshInterval, _options.TimeProvider);
            while (await timer.WaitForNextTickAsync(_stopping.Token).ConfigureAwait(false))
            {
                if (_status.State != UpdateState.OK)
                    await ReadAsync(_data.AppliedCount, onlyIfNewer: true).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
        }
    }

    private async Task ReadAsync(int applied, bool onlyIfNewer)
    {
        try
        {
            if (onlyIfNewer && !await IsNewerAsync().ConfigureAwait(false))
                return;

            var stored = await CallAsync(token => _store.ReadAsync(_name, token), _stopping.Token).ConfigureAwait(false);
            if (stored is null)
            {
                LogNone(_name);
                return;
            }

            var reading = SnapshotCodec.Decode(stored.Snapshot, _secret);
            if (reading.Data is { } data)
            {
                (_refused, _lastFault) = (null, null);
                Volatile.Write(ref _storedVersion, data.Metadata.DataVersion);
                if (!_accept(data, applied))
                    LogNotNeeded(_name);
                return;
            }

            _refused = new Refused(stored.Tag, reading.IsWorthless);
            if (IsNew(reading.Fault!))
                LogRefused(_name, reading.Fault!);
            Instruments.RefusedSnapshots.Add(1);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
        }
        catch (Exception e)
        {
            if (IsNew(e.Message))
                LogUnreadable(_name, e.Message);
        }
    }

    private async Task<bool> IsNewerAsync()
    {
        var head = await CallAsync(token => _store.ReadHeadAsync(_name, token), _stopping.Token).ConfigureAwait(false);
        return head is not null && head.Tag != _refused?.Tag
            && (!_data.HasFullData || SnapshotMetadata.DataVersionOf(head.Metadata) > _data.Current.Version.Revision);
    }

    private async Task WriteChangesAsync(Task firstRead)
    {
        try
        {
            // What is stored may turn out to be worthless, or newer than it looks: first it is read.
            await firstRead.ConfigureAwait(false);
            while (true)
            {
                await _changes.Reader.ReadAsync(_stopping.Token).ConfigureAwait(false);
                await Task.Delay(_options.Snapshot.MinWriteInterval, _options.TimeProvider, _stopping.Token).ConfigureAwait(false);
                while (_unwritten && !await WriteAsync(_stopping.Token).ConfigureAwait(false))
                    await Task.Delay(_options.Snapshot.RefreshInterval, _options.TimeProvider, _stopping.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
        }
    }

    /// <summary>Writes the data in force, unless what is stored is as new. False when it has to be tried again.</summary>
    private async Task<bool> WriteAsync(CancellationToken cancellationToken)
    {
        try
        {
            _unwritten = false;
            var (snapshot, madeOf) = (default(Snapshot), default(DataSet));
            for (var race = 0; race < MaxRaces; race++)
            {
                var head = await CallAsync(token => _store.ReadHeadAsync(_name, token), cancellationToken).ConfigureAwait(false);
                var data = _data.Current;
                var stored = head is null || _refused is { IsWorthless: true } refused && refused.Tag == head.Tag
                    ? null
                    : SnapshotMetadata.DataVersionOf(head.Metadata);
                if (stored >= data.Version.Revision)
                {
                    if (await IsOvertakenAsync(head!, data, cancellationToken).ConfigureAwait(false))
                        continue;

                    Volatile.Write(ref _storedVersion, stored.Value);
                    LogNotNewer(_name, stored.Value);
                    return true;
                }

                if (data != madeOf)
                    (snapshot, madeOf) = (SnapshotCodec.Encode(data, _secret, _options.TimeProvider.GetUtcNow()), data);
                if (await CallAsync(token => _store.TryWriteAsync(_name, snapshot!, head?.Tag, token), cancellationToken).ConfigureAwait(false))
                {
                    _lastFault = null;
                    Volatile.Write(ref _storedVersion, data.Version.Revision);
                    LogWritten(_name, data.Version.Revision, data.FlagsById.Count, data.SegmentsById.Count, snapshot!.Content.Length);
                    Instruments.WrittenSnapshots.Add(1);
                    return true;
                }
            }

            LogRacesLost(_name, MaxRaces);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
        catch (Exception e)
        {
            if (IsNew(e.Message))
                LogUnwritable(_name, e.Message);
        }

        _unwritten = true;
        return false;
    }

    /// <summary>Whether what is stored is older than it looks: an instance wrote it that did not hear of all that was archived.</summary>
    private async Task<bool> IsOvertakenAsync(SnapshotHead head, DataSet data, CancellationToken cancellationToken)
    {
        // The usual case: another instance had the same change, and was first.
        if (SnapshotMetadata.Read(head.Metadata) is not { } stored
            || (stored.DataVersion == data.Version.Revision && stored.Flags == data.FlagsById.Count && stored.Segments == data.SegmentsById.Count))
            return false;

        var snapshot = await CallAsync(token => _store.ReadAsync(_name, token), cancellationToken).ConfigureAwait(false);
        return snapshot is not null
            && SnapshotCodec.Decode(snapshot.Snapshot, _secret).Data is { } read
            && _data.SupersedesSnapshot(read.Sync, read.Metadata.DataVersion);
    }

    // On a thread of its own, and left behind when its time is over: a store that hangs holds up nothing.
    private async Task<T> CallAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(CallTime, _options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var token = either.Token;
        try
        {
            return await Task.Run(() => call(token), token).WaitAndObserveAsync(token).ConfigureAwait(false);
        }
        catch (Exception) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"storage did not answer within {CallTime.TotalSeconds} s");
        }
    }

    // A fault that stays is told once.
    private bool IsNew(string fault)
    {
        if (fault == _lastFault)
            return false;
        _lastFault = fault;
        return true;
    }

    [LoggerMessage(EventId = 60, Level = LogLevel.Information, Message = "There is no snapshot {Name} yet")]
    private partial void LogNone(string name);

    [LoggerMessage(EventId = 61, Level = LogLevel.Debug, Message = "The snapshot {Name} is not needed: the data in force is as new")]
    private partial void LogNotNeeded(string name);

    [LoggerMessage(EventId = 62, Level = LogLevel.Warning, Message = "The snapshot {Name} is not used: {Fault}")]
    private partial void LogRefused(string name, string fault);

    [LoggerMessage(EventId = 63, Level = LogLevel.Warning, Message = "The snapshot {Name} could not be read: {Fault}")]
    private partial void LogUnreadable(string name, string fault);

    [LoggerMessage(EventId = 64, Level = LogLevel.Warning, Message = "The snapshot {Name} could not be written: {Fault}. It is tried again")]
    private partial void LogUnwritable(string name, string fault);

    [LoggerMessage(EventId = 65, Level = LogLevel.Warning, Message = "The snapshot {Name} was not written: other writers came first {Races} times. It is tried again")]
    private partial void LogRacesLost(string name, int races);

    [LoggerMessage(EventId = 66, Level = LogLevel.Debug, Message = "The snapshot {Name} is as new as the data in force: data version {Version}")]
    private partial void LogNotNewer(string name, long version);

    [LoggerMessage(EventId = 67, Level = LogLevel.Information,
        Message = "Wrote the snapshot {Name}: data version {Version}, {Flags} flags and {Segments} segments in {Bytes} bytes")]
    private partial void LogWritten(string name, long version, int flags, int segments, int bytes);

    [LoggerMessage(EventId = 68, Level = LogLevel.Warning,
        Message = "The snapshot {Name} lacks the last changes: there was no time to write them before the stop. The next instance writes them")]
    private partial void LogNotWrittenAtStop(string name);

    private sealed record Refused(string Tag, bool IsWorthless);
}
