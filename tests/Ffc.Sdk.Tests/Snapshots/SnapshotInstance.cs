using Ffc.Sdk.Flags;
using Ffc.Sdk.Snapshots;
using Ffc.Sdk.Streaming;
using Ffc.Sdk.Tests.TestData;
using Ffc.Tests;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Ffc.Sdk.Tests.Snapshots;

/// <summary>The parts of one client that snapshots depend on: its data, the status of its stream, and the shared store.</summary>
internal sealed class SnapshotInstance : IAsyncDisposable
{
    private readonly DataStore _data;
    private readonly UpdateStatusProvider _status;
    private readonly SnapshotReader _reader;
    private readonly SnapshotWriter _writer;

    public SnapshotInstance(ISnapshotStore store, FakeTimeProvider clock)
    {
        Clock = clock;
        var logging = Clients.Logging(Logs);
        var options = new FfcOptions { TimeProvider = clock, LoggerFactory = logging };
        var client = new SnapshotStoreClient(store, SnapshotFactory.Environment, clock);
        _data = new DataStore(logging.CreateLogger<DataStore>(), keepJson: true);
        _status = new UpdateStatusProvider(clock, logging.CreateLogger<UpdateStatusProvider>());
        _reader = new SnapshotReader(options, client, _status, _data, Apply);
        _writer = new SnapshotWriter(options, client, _data, RequestFullAsync, _reader.FirstRead);
    }

    public FakeTimeProvider Clock { get; }

    public FakeLogCollector Logs { get; } = new();

    public IEnumerable<FakeLogRecord> Warnings => Logs.GetSnapshot().Where(log => log.Level >= LogLevel.Warning);

    /// <summary>The current flags, as <c>key@version</c>.</summary>
    public string Flags =>
        string.Join(' ', _data.Current.Flags.Select(flag => $"{flag.Key}@{flag.Version}").Order(StringComparer.Ordinal));

    /// <summary>The items that the server sends when a full is requested; null if there is no connection.</summary>
    public ItemJson[]? Server { get; set; }

    /// <summary>The number of fulls requested for the comparison with the stored snapshot.</summary>
    public int RequestedFulls { get; private set; }

    /// <summary>Requests the full data and receives it. The stream is then OK.</summary>
    public void ReceiveFull(params ItemJson[] items)
    {
        Server = items;
        _data.RequestingFull();
        Receive(MessageJson.Full(items));
    }

    /// <summary>Receives a change.</summary>
    public void ReceivePatch(params ItemJson[] items) => Receive(MessageJson.Patch(items));

    public void InterruptStream()
    {
        Server = null;
        _status.Failed("the server is gone");
    }

    /// <summary>Waits until the first read has found that there is no snapshot.</summary>
    public Task FirstReadAsync() => Eventually.Holds(() => Logs.Count > 0);

    /// <summary>Advances the clock until a condition holds.</summary>
    public Task AdvanceUntilAsync(Func<bool> condition) =>
        Eventually.Holds(condition, () => Clock.Advance(TimeSpan.FromMilliseconds(500)));

    /// <summary>Advances the clock in steps, so that waiting tasks can run.</summary>
    public async Task AdvanceAsync(TimeSpan time)
    {
        const int Steps = 20;
        for (var i = 0; i < Steps; i++)
        {
            Clock.Advance(time / Steps);
            await Task.Yield();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _reader.DisposeAsync();
        await _writer.DisposeAsync();
    }

    private bool Apply(SnapshotData snapshot, int fullCount) =>
        _data.ApplySnapshot(snapshot.Sync, snapshot.Metadata.DataVersion, fullCount) is not null;

    private Task<bool> RequestFullAsync(CancellationToken cancellationToken)
    {
        RequestedFulls++;
        if (Server is not { } items)
            return Task.FromResult(false);

        ReceiveFull(items);
        return Task.FromResult(true);
    }

    private void Receive(string message)
    {
        _data.Apply(MessageJson.Read(message));
        if (!_data.HasFullData)
            return;

        _writer.ReceivedData();
        _status.Succeeded();
    }
}
