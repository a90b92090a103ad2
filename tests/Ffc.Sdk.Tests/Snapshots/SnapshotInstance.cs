using Ffc.Sdk.Flags;
using Ffc.Sdk.Protocol.Ffc;
using Ffc.Sdk.Snapshots;
using Ffc.Sdk.Streaming;
using Ffc.Sdk.Tests.TestData;
using Ffc.Tests;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Ffc.Sdk.Tests.Snapshots;

/// <summary>One instance of an application as far as snapshots see it: its data, the state of its stream, and the store that all share.</summary>
internal sealed class SnapshotInstance : IAsyncDisposable
{
    private readonly DataStore _data;
    private readonly UpdateStatusProvider _status;
    private readonly SnapshotSynchronizer _synchronizer;

    public SnapshotInstance(ISnapshotStore store, FakeTimeProvider clock, EnvironmentSecret? environment = null)
    {
        Clock = clock;
        var logging = Clients.Logging(Logs);
        _data = new DataStore(logging.CreateLogger<DataStore>());
        _status = new UpdateStatusProvider(clock, logging.CreateLogger<UpdateStatusProvider>());
        _synchronizer = new SnapshotSynchronizer(
            new FfcOptions { TimeProvider = clock, LoggerFactory = logging },
            environment ?? SnapshotOf.Environment,
            store,
            _status,
            _data,
            (snapshot, applied) => _data.ApplySnapshot(snapshot.Sync, snapshot.Metadata.DataVersion, applied) is not null);
    }

    public FakeTimeProvider Clock { get; }

    public FakeLogCollector Logs { get; } = new();

    public IEnumerable<FakeLogRecord> Warnings => Logs.GetSnapshot().Where(log => log.Level >= LogLevel.Warning);

    /// <summary>The flags in force, as <c>key@version</c>.</summary>
    public string Flags => string.Join(' ', _data.Current.Flags.Select(flag => $"{flag.Key}@{flag.Version}").Order(StringComparer.Ordinal));

    /// <summary>The server answers with all there is; the stream is OK.</summary>
    public void Full(params ItemJson[] items)
    {
        _data.RequestingFull();
        Receive(MessageJson.Full(items));
    }

    /// <summary>The server tells a change.</summary>
    public void Patch(params ItemJson[] items) => Receive(MessageJson.Patch(items));

    /// <summary>The stream breaks.</summary>
    public void Interrupt() => _status.Failed("the server is gone");

    /// <summary>Lets time pass until something is so.</summary>
    public Task Pass(Func<bool> until) => Eventually.Holds(until, () => Clock.Advance(TimeSpan.FromMilliseconds(500)));

    /// <summary>Lets time pass, in steps, and lets what waits for it run.</summary>
    public async Task Pass(TimeSpan time)
    {
        var step = time / 20;
        for (var i = 0; i < 20; i++)
        {
            Clock.Advance(step);
            await Task.Yield();
        }
    }

    public ValueTask DisposeAsync() => _synchronizer.DisposeAsync();

    private void Receive(string message)
    {
        _data.Apply(MessageJson.Read(message));
        if (!_data.HasFullData)
            return;
        _synchronizer.DataChanged();
        _status.Succeeded();
    }
}
