using Ffc.Sdk.Insights;
using Ffc.Sdk.Tests.TestData;
using Microsoft.Extensions.Logging.Testing;

namespace Ffc.Sdk.Tests.Streaming;

/// <summary>A client and a server that a test steers, on a clock that the test moves.</summary>
public abstract class StreamTest : IAsyncLifetime
{
    private readonly List<FfcClient> _clients = [];

    internal SteeredClock Clock { get; } = new();

    internal FakeLogCollector Logs { get; } = new();

    internal ScriptedServer Server { get; private set; } = null!;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => Server = await ScriptedServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
            await client.DisposeAsync();
        await Server.DisposeAsync();

        // Whatever a test did: neither the secret nor a token, which holds it in two parts, is told to anybody.
        foreach (var log in Logs.GetSnapshot())
        {
            Assert.DoesNotContain(Clients.Secret[^20..^2], log.Message + log.Exception, StringComparison.Ordinal);
            Assert.DoesNotContain(Clients.Secret[..20], log.Message + log.Exception, StringComparison.Ordinal);
            Assert.DoesNotContain("token=", log.Message + log.Exception, StringComparison.Ordinal);
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>Makes a client of this server.</summary>
    protected FfcClient Connect(Action<FfcOptions>? change = null)
    {
        var client = new FfcClient(Options(change), new NullInsightProcessor());
        _clients.Add(client);
        return client;
    }

    /// <summary>Makes a client that has got this data.</summary>
    internal async Task<(FfcClient Client, ServerConnection Connection)> ConnectAsync(params ItemJson[] items)
    {
        var client = Connect();
        var connection = await Server.AcceptAsync();
        await connection.AnswerAsync(MessageJson.Full(items));
        await IsAsync(client, UpdateState.OK);
        return (client, connection);
    }

    /// <summary>Options for a client of this server.</summary>
    protected FfcOptions Options(Action<FfcOptions>? change = null)
    {
        var options = new FfcOptions
        {
            EnvSecret = Clients.Secret,
            StreamingUri = Server.Uri,
            EventsUri = new UriBuilder(Server.Uri) { Scheme = "http" }.Uri,
            TimeProvider = Clock,
            LoggerFactory = Clients.Logging(Logs),
            // By the real clock, and no test waits for it unless it says so.
            Streaming = { ConnectTimeout = TimeSpan.FromMinutes(1) },
        };
        change?.Invoke(options);
        return options;
    }

    /// <summary>Waits until a client's state is this.</summary>
    protected static async Task IsAsync(FfcClient client, UpdateState state)
    {
        var changed = new SemaphoreSlim(0);
        void Changed(object? sender, UpdateStateChangedEventArgs e) => changed.Release();
        client.UpdateStatusProvider.StateChanged += Changed;
        while (client.UpdateStatusProvider.State != state)
            Assert.True(await changed.WaitAsync(ScriptedServer.Deadline, Cancellation), $"is {client.UpdateStatusProvider.State}, not {state}");
        client.UpdateStatusProvider.StateChanged -= Changed;
    }

    /// <summary>Does something and waits until flags changed by it.</summary>
    /// <returns>Their keys, in order.</returns>
    protected static async Task<string> ChangedByAsync(FfcClient client, Func<Task> action)
    {
        var changed = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        void Changed(object? sender, FlagsChangedEventArgs e) => changed.TrySetResult(string.Join(' ', e.Keys.Order(StringComparer.Ordinal)));
        client.FlagsChanged += Changed;
        await action();
        var keys = await changed.Task.WaitAsync(ScriptedServer.Deadline, Cancellation);
        client.FlagsChanged -= Changed;
        return keys;
    }
}
