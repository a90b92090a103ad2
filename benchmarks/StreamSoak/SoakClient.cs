using Ffc.Sdk;

namespace StreamSoak;

/// <summary>A client that reaches the server through a proxy of its own.</summary>
internal sealed class SoakClient(FfcClient client, FaultyProxy proxy) : IAsyncDisposable
{
    public FfcClient Client => client;

    public FaultyProxy Proxy => proxy;

    /// <summary>Whether the server refused the last connection.</summary>
    public bool IsRefused => client.UpdateStatusProvider.Status.State == UpdateState.Off;

    public static SoakClient Start(int serverPort)
    {
        var proxy = FaultyProxy.Start(serverPort);
        var options = new FfcOptions
        {
            EnvSecret = FlagServer.EnvSecret,
            StreamingUri = new Uri($"ws://127.0.0.1:{proxy.Port}"),
            EventsUri = new Uri($"http://127.0.0.1:{proxy.Port}"),
        };
        options.Streaming.PingInterval = TimeSpan.FromSeconds(3);
        options.Streaming.MaxRetryDelay = TimeSpan.FromSeconds(10);
        options.Streaming.ResyncInterval = TimeSpan.FromSeconds(20);
        return new SoakClient(new FfcClient(options), proxy);
    }

    public async ValueTask DisposeAsync()
    {
        await client.DisposeAsync();
        proxy.Dispose();
    }
}
