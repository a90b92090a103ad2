using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Ffc.DevServer.Control;
using Ffc.DevServer.Flags;
using Ffc.DevServer.Hosting;
using Ffc.DevServer.Insights;
using Ffc.DevServer.Streaming;
using Ffc.Sdk.Protocol;
using Ffc.Sdk.Protocol.Ffc;

namespace Ffc.DevServer;

/// <summary>
/// An FFC server for development: serves the flags of a file to clients, tells them of every edit, and keeps what they
/// report. It runs in the caller's process and reads nothing but its options.
/// </summary>
public sealed class FfcDevServer : IAsyncDisposable
{
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(30);

    private readonly WebApplication _app;
    private readonly FlagsFile _flags;
    private readonly StreamingEndpoint _streaming;
    private readonly InsightsEndpoint _insights;
    private readonly InsightsLog _log;
    private bool _disposed;

    private FfcDevServer(DevServerOptions options)
    {
        EnvSecret = options.EnvSecret;
        var environment = ReadSecret(options.EnvSecret);
        var secret = new EnvSecretCheck(options.EnvSecret);
        _flags = new FlagsFile(options.FlagsPath ?? SampleFlags.Find(), options);
        _flags.WarnOfOthersThan(environment);
        var (time, loggers) = (options.TimeProvider, options.LoggerFactory);
        _streaming = new StreamingEndpoint(secret, _flags.Current, time, loggers.CreateLogger<StreamingEndpoint>());
        _log = new InsightsLog(options.InsightsCapacity);
        _insights = new InsightsEndpoint(secret, _log, time, loggers.CreateLogger<InsightsEndpoint>());
        _app = BareWebApplication.Create(ListenUrls.Read(options.Urls), loggers);
        MapRoutes(options.Control);
    }

    /// <summary>Where to send insights and to look at them, such as http://127.0.0.1:5100.</summary>
    public Uri BaseUri { get; private set; } = null!;

    /// <summary>Where to stream from, such as ws://127.0.0.1:5100.</summary>
    public Uri StreamingUri => new UriBuilder(BaseUri) { Scheme = Uri.UriSchemeWs }.Uri;

    /// <summary>The secret that clients must show.</summary>
    public string EnvSecret { get; }

    /// <summary>The full path of the flags file.</summary>
    public string FlagsPath => _flags.FullPath;

    /// <summary>How many flags are served; archived ones do not count.</summary>
    public int FlagCount => _streaming.FlagCount;

    /// <summary>How many clients are connected to the stream.</summary>
    public int Connections => _streaming.Connections;

    /// <summary>The events that clients reported, oldest first; the latest 100,000 are kept. Empty when there are none.</summary>
    public IReadOnlyList<JsonElement> Events => [.. _log.Read(int.MaxValue).Events.Select(item => item.Content)];

    /// <summary>When something was last pushed; null before that.</summary>
    internal DateTimeOffset? LastPush => _streaming.LastPush;

    /// <summary>Answers a report in place of the endpoint. True when it has; false leaves it to the endpoint.</summary>
    internal Func<HttpContext, Task<bool>>? TrackBehaviour
    {
        get => _insights.TrackBehaviour;
        set => _insights.TrackBehaviour = value;
    }

    /// <summary>How the stream misbehaves.</summary>
    internal StreamingFaults StreamingFaults
    {
        get => _streaming.Faults;
        set => _streaming.Faults = value;
    }

    /// <summary>Starts a server; it listens when the returned task ends.</summary>
    /// <exception cref="ArgumentException">The secret or a URL in the options is wrong; the message tells which.</exception>
    /// <exception cref="InvalidDataException">The flags file holds no flags, or cannot be understood.</exception>
    /// <exception cref="IOException">The flags file is missing, or a URL cannot be listened on.</exception>
    public static async Task<FfcDevServer> StartAsync(DevServerOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var server = new FfcDevServer(options);
        try
        {
            await server._app.StartAsync(cancellationToken);
            server.BaseUri = ListenUrls.Reachable(server._app.Urls.First());
            server._flags.Watch(server._streaming.Publish);
            return server;
        }
        catch (Exception e)
        {
            await server.DisposeAsync();
            if (e is SocketException)
                throw new IOException($"cannot listen on {options.Urls}: {e.Message}", e);
            throw;
        }
    }

    /// <summary>Cuts every connection to the stream without a word.</summary>
    public void DropConnections() => _streaming.Drop();

    /// <summary>Takes leave of all clients and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, true))
            return;

        await _flags.DisposeAsync();
        _streaming.Stop();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    /// <summary>Sends a text frame to every client, whatever it holds.</summary>
    internal void Push(string frame) => _streaming.Push(Encoding.UTF8.GetBytes(frame));

    private static EnvironmentSecret ReadSecret(string secret)
    {
        try
        {
            return EnvironmentSecret.Parse(secret);
        }
        catch (FormatException e)
        {
            throw new ArgumentException($"the secret cannot be used: {e.Message}");
        }
    }

    private void MapRoutes(bool control)
    {
        // A client that is gone without a word does not answer the keep-alive pings, and is let go.
        _app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = KeepAlive, KeepAliveTimeout = KeepAlive });
        _app.MapGet("/", new HomePage(_streaming, _log, FlagsPath, control).GetAsync);
        _app.MapGet(Wire.StreamingPath, _streaming.HandleAsync);
        _app.MapPost(Wire.TrackPath, _insights.TrackAsync);
        _app.MapGet("/insights", _insights.ListAsync);
        _app.MapDelete("/insights", _insights.ClearAsync);
        if (control)
            new ControlEndpoint(_streaming, _insights).Map(_app);
    }
}
