using Ffc.Sdk.Insights;
using Ffc.Sdk.Tests.TestData;
using Microsoft.Extensions.Logging.Testing;

namespace Ffc.Sdk.Tests.Streaming;

/// <summary>A server whose behavior the test scripts, its clients, and a clock that the test advances.</summary>
public abstract class StreamTest : IAsyncLifetime
{
    private readonly List<FfcClient> _clients = [];

    internal TestClock Clock { get; } = new();

    internal FakeLogCollector Logs { get; } = new();

    internal ScriptedServer Server { get; private set; } = null!;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => Server = await ScriptedServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
            await client.DisposeAsync();
        await Server.DisposeAsync();

        // No log may contain the secret or a token, which contains the secret in two parts.
        foreach (var log in Logs.GetSnapshot())
        {
            Assert.DoesNotContain(Clients.Secret[^20..^2], log.Message + log.Exception, StringComparison.Ordinal);
            Assert.DoesNotContain(Clients.Secret[..20], log.Message + log.Exception, StringComparison.Ordinal);
            Assert.DoesNotContain("token=", log.Message + log.Exception, StringComparison.Ordinal);
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>Creates a client of this server.</summary>
    protected FfcClient Connect(Action<FfcOptions>? configure = null)
    {
        var client = new FfcClient(Options(configure), new NullInsightProcessor());
        _clients.Add(client);
        return client;
    }

    /// <summary>Creates a client that has received these flags and segments.</summary>
    internal async Task<(FfcClient Client, ServerConnection Connection)> ConnectAsync(params ItemJson[] items)
    {
        var client = Connect();
        var connection = await Server.AcceptAsync();
        await connection.AnswerAsync(MessageJson.Full(items));
        await WaitForStateAsync(client, UpdateState.Ok);
        return (client, connection);
    }

    /// <summary>Creates options for a client of this server.</summary>
    protected FfcOptions Options(Action<FfcOptions>? configure = null)
    {
        var options = new FfcOptions
        {
            EnvSecret = Clients.Secret,
            StreamingUri = Server.Uri,
            EventsUri = new UriBuilder(Server.Uri) { Scheme = "http" }.Uri,
            TimeProvider = Clock,
            LoggerFactory = Clients.Logging(Logs),
            // Measured with the system clock: long enough not to expire in other tests.
            Streaming = { ConnectTimeout = TimeSpan.FromMinutes(1) },
        };
        configure?.Invoke(options);
        return options;
    }

    /// <summary>Waits until the client is in this state.</summary>
    protected static async Task WaitForStateAsync(FfcClient client, UpdateState state)
    {
        var changed = new SemaphoreSlim(0);
        void OnChanged(object? sender, UpdateStatusChangedEventArgs e) => changed.Release();
        var status = client.UpdateStatusProvider;
        status.StatusChanged += OnChanged;
        while (status.Status.State != state)
        {
            Assert.True(
                await changed.WaitAsync(ScriptedServer.Deadline, Cancellation), $"is {status.Status.State}, not {state}");
        }

        status.StatusChanged -= OnChanged;
    }

    /// <summary>Runs an action and waits until it has changed flags.</summary>
    /// <returns>The keys of the changed flags, in order.</returns>
    protected static async Task<string> WaitForChangeAsync(FfcClient client, Func<Task> action)
    {
        var changed = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        void OnChanged(object? sender, FlagsChangedEventArgs e) =>
            changed.TrySetResult(string.Join(' ', e.Keys.Order(StringComparer.Ordinal)));
        client.FlagsChanged += OnChanged;
        await action();
        var keys = await changed.Task.WaitAsync(ScriptedServer.Deadline, Cancellation);
        client.FlagsChanged -= OnChanged;
        return keys;
    }
}
