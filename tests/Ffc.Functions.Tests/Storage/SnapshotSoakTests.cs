using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Azure;
using Azure.Storage.Blobs;
using Ffc.Sdk;
using Ffc.Sdk.AzureStorage;
using Ffc.Sdk.Flags;
using Ffc.Sdk.Protocol;
using Ffc.Sdk.Protocol.Ffc;
using Ffc.Sdk.Snapshots;
using Ffc.Sdk.Streaming;
using Ffc.Tests;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ffc.Functions.Tests.Storage;

/// <summary>
/// Many instances receive the same changes with different delays, lose the stream at random, and write the same blob. Runs for
/// two seconds; <c>FFC_SOAK_SECONDS</c> sets another duration.
/// </summary>
public sealed class SnapshotSoakTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    private const int Instances = 20;
    private static readonly string EnvSecret = Convert.ToBase64String("soak%20260101000000__1__2__3__default_00001"u8);
    private static readonly IServerProtocol Environment = ServerProtocol.Parse(EnvSecret);

    private static TimeSpan Time => TimeSpan.FromSeconds(
        int.Parse(System.Environment.GetEnvironmentVariable("FFC_SOAK_SECONDS") ?? "2", CultureInfo.InvariantCulture));

    [Fact]
    public async Task The_blob_never_returns_to_an_older_version_and_ends_at_the_newest()
    {
        var states = await RunAsync(archives: false);

        Assert.All(
            states.Zip(states.Skip(1)),
            pair => Assert.True(pair.First.Change < pair.Second.Change, $"{pair.First} came before {pair.Second}"));
    }

    // An instance that learns of an archived flag only because a full message lacks it does not know when it was archived. An
    // instance with older data may temporarily replace its snapshot, but the final snapshot has no archived flag.
    [Fact]
    public async Task The_blob_ends_at_the_newest_version_when_flags_are_archived() => await RunAsync(archives: true);

    private async Task<List<BlobState>> RunAsync(bool archives)
    {
        var container = $"soak-{Guid.NewGuid():N}";
        var server = new FlagServer(archives);
        var blob = new BlobContainerClient(azurite.ConnectionString, container)
            .GetBlobClient(Snapshot.GetName(EnvSecret)!);
        await using var observer = new Observer(blob);
        var instances = Enumerable.Range(0, Instances).Select(i => new Instance(server, Store(container), i)).ToList();

        using (var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(10)))
        using (var end = new CancellationTokenSource(Time))
        {
            while (!end.IsCancellationRequested)
            {
                server.Change();
                await pace.WaitForNextTickAsync(CancellationToken.None);
            }
        }

        foreach (var instance in instances)
            await instance.SettleAsync();
        await Eventually.Is(
            () => observer.States is [.., var last] ? last.Fingerprint : null, state => state == server.Fingerprint);
        foreach (var instance in instances)
            await instance.DisposeAsync();

        var states = observer.States
            .Select(state => new BlobState(state.DataVersion, server.ChangeOf(state.Fingerprint)))
            .ToList();
        TestContext.Current.TestOutputHelper?.WriteLine($"{server.Changes} changes, {states.Count} states of the blob seen");
        Assert.Empty(observer.Faults);
        Assert.True(states.Count > 5, $"only {states.Count} writes");
        Assert.All(
            states.Zip(states.Skip(1)),
            pair => Assert.True(pair.First.DataVersion < pair.Second.DataVersion, $"{pair.First} came before {pair.Second}"));
        Assert.Equal(server.Changes, states[^1].Change);
        return states;
    }

    private BlobSnapshotStore Store(string container) => new(
        StorageConnection.From(new ConfigurationBuilder()
            .AddInMemoryCollection([KeyValuePair.Create("AzureWebJobsStorage", (string?)azurite.ConnectionString)]).Build())!,
        container);

    /// <summary>A state of the blob: its data version, and the number of changes of the server that it includes.</summary>
    private sealed record BlobState(long DataVersion, int Change);

    /// <summary>The server: flags that change, and the history of all their states.</summary>
    private sealed class FlagServer(bool archives)
    {
        private readonly Lock _lock = new();
        private readonly Random _random = new(7);
        private readonly Dictionary<string, long> _flags = Enumerable.Range(0, 30).ToDictionary(i => $"flag-{i:00}", _ => 1L);
        private readonly Dictionary<string, int> _changeOf = [];
        private readonly List<Channel<string>> _listeners = [];
        private long _version = 1;

        public int Changes { get; private set; }

        public string Fingerprint { get; private set; } = "";

        public int ChangeOf(string fingerprint) => _changeOf[fingerprint];

        public void Change()
        {
            lock (_lock)
            {
                var key = $"flag-{_random.Next(30):00}";
                var archive = archives && _flags.ContainsKey(key) && _random.Next(2) == 0;
                _version++;
                if (archive)
                    _flags.Remove(key);
                else
                    _flags[key] = _version;

                Changes++;
                Fingerprint = Of(_flags.Select(flag => (flag.Key, flag.Value)));
                _changeOf[Fingerprint] = Changes;
                var patch = Message("patch", [Flag(key, _version, archive)]);
                foreach (var listener in _listeners)
                    listener.Writer.TryWrite(patch);
            }
        }

        /// <summary>Returns all flags, and a channel with the changes from then on.</summary>
        public (string Full, Channel<string> Patches) Connect()
        {
            lock (_lock)
            {
                var patches = Channel.CreateUnbounded<string>();
                _listeners.Add(patches);
                return (Message("full", _flags.Select(flag => Flag(flag.Key, flag.Value, archived: false))), patches);
            }
        }

        public void Disconnect(Channel<string> patches)
        {
            lock (_lock)
                _listeners.Remove(patches);
        }

        public static string Of(IEnumerable<(string Key, long Version)> flags) =>
            string.Join(
                ' ', flags.OrderBy(flag => flag.Key, StringComparer.Ordinal).Select(flag => $"{flag.Key}@{flag.Version}"));

        private static JsonObject Flag(string key, long version, bool archived) => new()
        {
            ["id"] = $"FF__1__2__3__{key}",
            ["timestamp"] = version,
            ["isArchived"] = archived,
            ["ff"] = new JsonObject
            {
                ["keyName"] = key,
                ["variationOptionWhenDisabled"] = new JsonObject { ["localId"] = 1, ["variationValue"] = "off" },
            },
        };

        private static string Message(string eventType, IEnumerable<JsonObject> flags) => new JsonObject
        {
            ["messageType"] = "data-sync",
            ["data"] = new JsonObject { ["eventType"] = eventType, ["featureFlags"] = new JsonArray([.. flags]) },
        }.ToJsonString();
    }

    /// <summary>An instance: receives changes late, loses the stream at random, and writes snapshots.</summary>
    private sealed class Instance : IAsyncDisposable
    {
        private readonly FlagServer _server;
        private readonly Random _random;
        private readonly DataStore _data = new(NullLogger<DataStore>.Instance);
        private readonly UpdateStatusProvider _status = new(TimeProvider.System, NullLogger<UpdateStatusProvider>.Instance);
        private readonly SnapshotReader _reader;
        private readonly SnapshotWriter _writer;
        private readonly CancellationTokenSource _settling = new();
        private readonly Task _listening;

        public Instance(FlagServer server, ISnapshotStore store, int seed)
        {
            _server = server;
            _random = new Random(seed);
            var options = new FfcOptions
            {
                Snapshot = { MinWriteInterval = TimeSpan.FromMilliseconds(50), RefreshInterval = TimeSpan.FromMilliseconds(200) },
            };
            var client = new SnapshotStoreClient(store, Environment, TimeProvider.System);
            _reader = new SnapshotReader(
                options, client, _status, _data,
                (snapshot, applied) => _data.ApplySnapshot(snapshot.Sync, snapshot.Metadata.Revision, applied) is not null);
            _writer = new SnapshotWriter(options, client, _data, _reader.FirstRead);
            _listening = ListenAsync();
        }

        /// <summary>Stays connected from now on, and waits until all changes have arrived.</summary>
        public async Task SettleAsync()
        {
            await _settling.CancelAsync();
            await _listening;
        }

        public async ValueTask DisposeAsync()
        {
            await _reader.DisposeAsync();
            await _writer.DisposeAsync();
            _settling.Dispose();
        }

        private async Task ListenAsync()
        {
            while (true)
            {
                var (full, patches) = _server.Connect();
                _data.RequestingFull();
                await LagAsync(20);
                Receive(full);

                var until = _random.Next(20, 200);
                for (var received = 0; received < until && !_settling.IsCancellationRequested; received++)
                {
                    try
                    {
                        Receive(await patches.Reader.ReadAsync(_settling.Token));
                    }
                    catch (OperationCanceledException)
                    {
                        break;
                    }

                    await LagAsync(20);
                }

                _server.Disconnect(patches);
                if (_settling.IsCancellationRequested)
                {
                    while (patches.Reader.TryRead(out var patch))
                        Receive(patch);
                    return;
                }

                _status.Failed("the stream broke");
                await LagAsync(500);
            }
        }

        private void Receive(string message)
        {
            _data.Apply(FfcWireFormat.Instance.ReadMessage(Encoding.UTF8.GetBytes(message))!);
            _writer.DataChanged();
            _status.Succeeded();
        }

        // The delays simulate a slow network; they do not wait for a result.
        private Task LagAsync(int milliseconds) =>
            Task.Delay(_random.Next(milliseconds), _settling.Token).ContinueWith(_ => { }, TaskScheduler.Default);
    }

    /// <summary>Polls the blob and records every state that it sees.</summary>
    private sealed class Observer : IAsyncDisposable
    {
        private readonly BlobClient _blob;
        private readonly CancellationTokenSource _end = new();
        private readonly Task _watching;
        private readonly Lock _lock = new();
        private readonly List<(long DataVersion, string Fingerprint)> _states = [];
        private readonly List<string> _faults = [];

        public Observer(BlobClient blob)
        {
            _blob = blob;
            _watching = WatchAsync();
        }

        public IReadOnlyList<(long DataVersion, string Fingerprint)> States
        {
            get
            {
                lock (_lock)
                    return [.. _states];
            }
        }

        public IReadOnlyList<string> Faults => _faults;

        public async ValueTask DisposeAsync()
        {
            await _end.CancelAsync();
            await _watching;
            _end.Dispose();
        }

        private async Task WatchAsync()
        {
            var seen = default(ETag);
            while (!_end.IsCancellationRequested)
            {
                try
                {
                    var blob = (await _blob.DownloadContentAsync(_end.Token)).Value;
                    if (blob.Details.ETag == seen)
                        continue;

                    seen = blob.Details.ETag;
                    Note(SnapshotCodec.Decode(
                        new Dictionary<string, string>(blob.Details.Metadata), blob.Content.ToMemory(), Environment));
                }
                catch (RequestFailedException exception) when (exception.Status == 404)
                {
                    // No instance has written yet.
                }
                catch (OperationCanceledException)
                {
                    return;
                }
            }
        }

        private static string FingerprintOf(IEnumerable<IncomingItem<Flag>> flags) =>
            FlagServer.Of(flags.Select(flag => (flag.Compile(NullLogger.Instance).Key, flag.Version)));

        private void Note(SnapshotDecodeResult result)
        {
            lock (_lock)
            {
                if (result.Data is { } data)
                    _states.Add((data.Metadata.Revision, FingerprintOf(data.Sync.Flags)));
                else
                    _faults.Add(result.Error!);
            }
        }
    }
}
