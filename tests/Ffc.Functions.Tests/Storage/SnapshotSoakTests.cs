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
            pair => Assert.True(
                pair.First.Change < pair.Second.Change && pair.First.DataVersion < pair.Second.DataVersion,
                $"{pair.First} came before {pair.Second}"));
    }

    // An archived flag has no timestamp in a later full. An instance with older data may temporarily replace a snapshot, but the
    // final snapshot has no archived flag.
    [Fact]
    public async Task The_blob_ends_at_the_newest_version_when_flags_are_archived() => await RunAsync(archives: true);

    // The restored server uses versions again that it used before. Instances that have not reconnected may still write the data
    // from before the restore.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_blob_ends_at_the_restored_data_when_the_server_is_restored(bool archives) =>
        await RunAsync(archives, isRestored: true);

    private async Task<List<BlobState>> RunAsync(bool archives, bool isRestored = false)
    {
        var container = $"soak-{Guid.NewGuid():N}";
        var server = new FlagServer(archives);
        var blob = new BlobContainerClient(azurite.ConnectionString, container)
            .GetBlobClient(Snapshot.GetName(EnvSecret)!);
        await using var observer = new Observer(blob);
        var instances = Enumerable.Range(0, Instances).Select(i => new Instance(server, Store(container), i)).ToList();

        await ChangeAsync(server, Time / 4);
        server.BackUp();
        await ChangeAsync(server, Time / 2);
        if (isRestored)
            server.Restore();
        await ChangeAsync(server, Time / 4);

        foreach (var instance in instances)
            await instance.SettleAsync();
        await Eventually.Is(
            () => observer.States is [.., var last] ? last.Fingerprint : null, state => state == server.Fingerprint);
        foreach (var instance in instances)
            await instance.DisposeAsync();

        var states = observer.States
            .Select(state => new BlobState(state.DataVersion, server.ChangeOf(state.Fingerprint)))
            .ToList();
        var requestedFulls = instances.Sum(instance => instance.RequestedFulls);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{server.Changes} changes, {states.Count} states of the blob seen, {requestedFulls} fulls requested");
        Assert.Empty(observer.Faults);
        Assert.True(states.Count > 5, $"only {states.Count} writes");
        Assert.Equal(server.Changes, states[^1].Change);
        return states;
    }

    private static async Task ChangeAsync(FlagServer server, TimeSpan time)
    {
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        using var end = new CancellationTokenSource(time);
        while (!end.IsCancellationRequested)
        {
            server.Change();
            await pace.WaitForNextTickAsync(CancellationToken.None);
        }
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
        private Dictionary<string, long> _flags = Enumerable.Range(0, 30).ToDictionary(i => $"flag-{i:00}", _ => 1L);
        private readonly Dictionary<string, int> _changeOf = [];
        private readonly List<Channel<string>> _listeners = [];
        private (Dictionary<string, long> Flags, long Version) _backup;
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

                ChangedNeedsLock();
                var patch = Message("patch", [Flag(key, _version, archive)]);
                foreach (var listener in _listeners)
                    listener.Writer.TryWrite(patch);
            }
        }

        public void BackUp()
        {
            lock (_lock)
                _backup = (new Dictionary<string, long>(_flags), _version);
        }

        /// <summary>Restores the backup, and closes all connections.</summary>
        public void Restore()
        {
            lock (_lock)
            {
                (_flags, _version) = _backup;
                ChangedNeedsLock();
                foreach (var listener in _listeners)
                    listener.Writer.Complete();
                _listeners.Clear();
            }
        }

        /// <summary>Sends all flags, and each change from then on.</summary>
        public void Connect(Channel<string> connection)
        {
            lock (_lock)
            {
                _listeners.Add(connection);
                SendFull(connection);
            }
        }

        public void SendFull(Channel<string> connection)
        {
            lock (_lock)
            {
                connection.Writer.TryWrite(
                    Message("full", _flags.Select(flag => Flag(flag.Key, flag.Value, archived: false))));
            }
        }

        public void Disconnect(Channel<string> connection)
        {
            lock (_lock)
                _listeners.Remove(connection);
        }

        private void ChangedNeedsLock()
        {
            Changes++;
            Fingerprint = Of(_flags.Select(flag => (flag.Key, flag.Value)));
            _changeOf[Fingerprint] = Changes;
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
        private readonly DataStore _data = new(NullLogger<DataStore>.Instance, keepJson: true);
        private readonly UpdateStatusProvider _status = new(TimeProvider.System, NullLogger<UpdateStatusProvider>.Instance);
        private readonly SnapshotReader _reader;
        private readonly SnapshotWriter _writer;
        private readonly CancellationTokenSource _settling = new();
        private readonly CancellationTokenSource _ending = new();
        private readonly Task _listening;
        private readonly Lock _lock = new();

        // Guarded by _lock.
        private readonly Queue<TaskCompletionSource<bool>> _requests = new();
        private Channel<string>? _connection;

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
                (snapshot, fulls) => _data.ApplySnapshot(snapshot.Sync, snapshot.Metadata.DataVersion, fulls) is not null);
            _writer = new SnapshotWriter(options, client, _data, RequestFullAsync, _reader.FirstRead);
            _listening = ListenAsync();
        }

        public int RequestedFulls { get; private set; }

        /// <summary>Stays connected from now on, and waits until all changes have arrived.</summary>
        public async Task SettleAsync()
        {
            await _settling.CancelAsync();
            await Eventually.Is(
                () => FlagServer.Of(_data.Current.Flags.Select(flag => (flag.Key, flag.Version))),
                state => state == _server.Fingerprint);
        }

        public async ValueTask DisposeAsync()
        {
            await _reader.DisposeAsync();
            await _writer.DisposeAsync();
            await _ending.CancelAsync();
            await _listening;
            _settling.Dispose();
            _ending.Dispose();
        }

        private async Task ListenAsync()
        {
            while (!_ending.IsCancellationRequested)
            {
                var connection = Connect();
                var until = _random.Next(20, 200);
                try
                {
                    for (var received = 0; received < until || _settling.IsCancellationRequested; received++)
                    {
                        var message = await connection.Reader.ReadAsync(_ending.Token);
                        await LagAsync(20);
                        Receive(message, answersRequest: received > 0);
                    }
                }
                catch (Exception exception) when (exception is OperationCanceledException or ChannelClosedException)
                {
                    // The test ends, or the server is restored.
                }

                Disconnect(connection);
                await LagAsync(500);
            }
        }

        private Channel<string> Connect()
        {
            var connection = Channel.CreateUnbounded<string>();
            _data.RequestingFull();
            _server.Connect(connection);
            lock (_lock)
                _connection = connection;
            return connection;
        }

        private void Disconnect(Channel<string> connection)
        {
            _server.Disconnect(connection);
            _status.Failed("the stream broke");
            lock (_lock)
            {
                _connection = null;
                while (_requests.TryDequeue(out var request))
                    request.SetResult(false);
            }
        }

        private Task<bool> RequestFullAsync(CancellationToken cancellationToken)
        {
            lock (_lock)
            {
                if (_connection is null)
                    return Task.FromResult(false);

                RequestedFulls++;
                var request = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
                _requests.Enqueue(request);
                _data.RequestingFull();
                _server.SendFull(_connection);
                return request.Task.WaitAsync(cancellationToken);
            }
        }

        private void Receive(string message, bool answersRequest)
        {
            var sync = FfcWireFormat.Instance.ReadMessage(Encoding.UTF8.GetBytes(message))!;
            _data.Apply(sync);
            _writer.ReceivedData();
            _status.Succeeded();
            if (!sync.IsFull || !answersRequest)
                return;

            lock (_lock)
                _requests.Dequeue().SetResult(true);
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
                    _states.Add((data.Metadata.DataVersion, FingerprintOf(data.Sync.Flags)));
                else
                    _faults.Add(result.Error!);
            }
        }
    }
}
