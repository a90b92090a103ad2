using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Ffc.DevServer.Control;
using Ffc.DevServer.Dashboard;
using Ffc.DevServer.Flags;
using Ffc.DevServer.Hosting;
using Ffc.DevServer.Insights;
using Ffc.DevServer.Servers;
using Ffc.DevServer.Streaming;
using Ffc.Sdk.Protocol;

namespace Ffc.DevServer;

/// <summary>
/// An FFC or FeatBit server for development. It serves the flags of a file, pushes every change of the file to clients, and keeps
/// the insights that clients send. It runs in the caller's process. Only its options configure it.
/// </summary>
public sealed class FfcDevServer : IAsyncDisposable
{
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(30);

    private readonly WebApplication _app;
    private readonly DevProtocol _protocol;
    private readonly ServedFlags _flags;
    private readonly StreamingEndpoint _streaming;
    private readonly InsightsEndpoint _insights;
    private readonly InsightsForwarder? _forwarder;
    private readonly InsightsLog _insightsLog;
    private bool _disposed;

    private FfcDevServer(DevServerOptions options, DevProtocol protocol, MirroredEnvironment? mirror)
    {
        _protocol = protocol;
        if (options.Key is { Length: > 0 } && string.IsNullOrWhiteSpace(options.Key))
            throw new ArgumentException("the key must not consist of blanks");
        var urls = ListenUrls.Parse(options.Urls, hasKey: !string.IsNullOrEmpty(options.Key));
        var isLocal = urls.All(url => ListenAddress.Parse(url).IsLoopback);
        EnvSecret = SelectSecret(options, isLocal);
        HasPublicSecret = _protocol.IsPublic(EnvSecret);
        var secret = new EnvSecretCheck(EnvSecret, _protocol);
        var path = options.Mirror is null
            ? options.FlagsPath ?? SampleFlags.Find(_protocol.SampleFile)
            : OverridesFile.FindOrCreate(options.Mirror);
        var parser = new FlagsFileParser(_protocol, _protocol.GetFlagIdPrefix(EnvSecret))
        {
            FindElsewhere = key => mirror?.Data.FlagByKey(key),
        };
        var file = new FlagsFile(path, options, _protocol, parser);
        _flags = new ServedFlags(file, mirror, options, _protocol);
        _flags.WarnAboutOtherEnvironments(_protocol.GetFlagIdPrefix(EnvSecret));
        var (timeProvider, loggerFactory) = (options.TimeProvider, options.LoggerFactory);
        _streaming = new StreamingEndpoint(
            secret, _protocol, _flags.Set, timeProvider, loggerFactory.CreateLogger<StreamingEndpoint>());
        _insightsLog = new InsightsLog(options.InsightsCapacity, options.InsightsCapacityBytes);
        Evaluations = new EvaluationCounts(timeProvider);
        _forwarder = options.Mirror is { ForwardInsights: true }
            ? new InsightsForwarder(options.Mirror, _protocol, _flags, loggerFactory.CreateLogger<InsightsForwarder>())
            : null;
        _insights = new InsightsEndpoint(
            secret,
            _protocol,
            _insightsLog,
            Evaluations,
            _forwarder,
            timeProvider,
            loggerFactory.CreateLogger<InsightsEndpoint>());
        _app = BareWebApplication.Create(urls, loggerFactory, services => DashboardRoutes.AddServices(services, this));
        var key = string.IsNullOrEmpty(options.Key) ? null : new AccessKey(options.Key);
        var guard = new RequestGuard(
            isLocal,
            key,
            [.. new[] { Wire.StreamingPath, _protocol.TrackPath, _protocol.LatestAllPath }.OfType<string>()]);
        _app.Use(guard.InvokeAsync);
        key?.Map(_app);
        HasControl = options.Control;
        MapRoutes();
    }

    /// <summary>The URL of the server, such as http://127.0.0.1:5100.</summary>
    public Uri BaseUri { get; private set; } = null!;

    /// <summary>The URL of the server for WebSockets, such as ws://127.0.0.1:5100.</summary>
    public Uri StreamingUri => new UriBuilder(BaseUri) { Scheme = Uri.UriSchemeWs }.Uri;

    /// <summary>The name of the simulated server: FFC or FeatBit.</summary>
    public string ServerName => _protocol.Name;

    /// <summary>The secret that clients must send.</summary>
    public string EnvSecret { get; }

    /// <summary>The full path of the flags file; with a mirrored environment, of the file with the overrides.</summary>
    public string FlagsPath => _flags.FilePath;

    /// <summary>The number of flags that are served, without archived flags.</summary>
    public int FlagCount => _streaming.FlagCount;

    /// <summary>The number of clients that are connected to the stream.</summary>
    public int Connections => _streaming.Connections;

    /// <summary>The latest events that clients sent, oldest first: at most 100,000, and at most 64 MB.</summary>
    public IReadOnlyList<JsonElement> Events => [.. _insightsLog.Read(int.MaxValue).Events.Select(item => item.Content)];

    /// <summary>The flags that are served; the dashboard reads and edits them.</summary>
    internal ServedFlags Flags => _flags;

    /// <summary>The parts that depend on the kind of the server.</summary>
    internal DevProtocol Protocol => _protocol;

    /// <summary>Whether the routes under /control are mapped.</summary>
    internal bool HasControl { get; }

    /// <summary>Whether everybody knows the secret. Only this machine can reach the server then.</summary>
    internal bool HasPublicSecret { get; }

    /// <summary>The secret if it is not confidential; otherwise a text that stands for it.</summary>
    internal string ShownSecret => HasPublicSecret ? EnvSecret : "<the secret of the server>";

    /// <summary>The connected clients.</summary>
    internal StreamingEndpoint Streaming => _streaming;

    /// <summary>The received insights. <see cref="InsightsEndpoint.Clear"/> deletes them.</summary>
    internal InsightsLog InsightsLog => _insightsLog;

    internal InsightsEndpoint Insights => _insights;

    /// <summary>The number of evaluations over time.</summary>
    internal EvaluationCounts Evaluations { get; }

    /// <summary>The time of the last push; null if there was none.</summary>
    internal DateTimeOffset? LastPush => _streaming.LastPush;

    /// <summary>Handles an insights request before the endpoint does. Returns true if it has sent the response.</summary>
    internal Func<HttpContext, Task<bool>>? TrackOverride
    {
        get => _insights.TrackOverride;
        set => _insights.TrackOverride = value;
    }

    /// <summary>The faults that the stream simulates.</summary>
    internal StreamingFaults StreamingFaults
    {
        get => _streaming.Faults;
        set => _streaming.Faults = value;
    }

    /// <summary>Starts a server. It accepts requests when the returned task completes.</summary>
    /// <exception cref="ArgumentException">The secret or a URL in the options is invalid.</exception>
    /// <exception cref="InvalidDataException">The flags file is invalid.</exception>
    /// <exception cref="IOException">
    /// The flags file does not exist, the server cannot listen on a URL, or the mirrored environment did not send its flags.
    /// </exception>
    public static async Task<FfcDevServer> StartAsync(DevServerOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var server = await CreateAsync(options, cancellationToken);
        try
        {
            await server._app.StartAsync(cancellationToken);
            server.BaseUri = ListenAddress.Parse(server._app.Urls.First()).ToReachableUri();
            server._flags.Watch(server._streaming.Publish);
            return server;
        }
        catch (Exception exception)
        {
            await server.DisposeAsync();
            if (exception is SocketException)
                throw new IOException($"cannot listen on {options.Urls}: {exception.Message}", exception);
            throw;
        }
    }

    /// <summary>Aborts every connection to the stream without a close frame.</summary>
    public void DropConnections() => _streaming.DropConnections();

    /// <summary>Closes all connections and stops the server.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, true))
            return;

        await _flags.DisposeAsync();
        _streaming.Stop();
        await _app.StopAsync();
        await _app.DisposeAsync();
        _forwarder?.Dispose();
    }

    /// <summary>Sends a text frame with any content to every client.</summary>
    internal void Push(string frame) => _streaming.Push(Encoding.UTF8.GetBytes(frame));

    private static async Task<FfcDevServer> CreateAsync(DevServerOptions options, CancellationToken cancellationToken)
    {
        var protocol = SelectProtocol(options);
        var mirror = options.Mirror is null
            ? null
            : await MirroredEnvironment.StartAsync(options.Mirror, options, cancellationToken);
        try
        {
            return new FfcDevServer(options, protocol, mirror);
        }
        catch
        {
            if (mirror is not null)
                await mirror.DisposeAsync();
            throw;
        }
    }

    // The form of the file is detected even if the file is invalid. FlagsFile reports the error.
    private static DevProtocol SelectProtocol(DevServerOptions options)
    {
        try
        {
            if (options.Mirror is { } mirror)
            {
                return options.FlagsPath is null
                    ? DevProtocol.ForSecret(mirror.EnvSecret)
                    : throw new ArgumentException("a mirrored environment and a flags file cannot be served together");
            }

            return options.FlagsPath is { } path && File.Exists(path)
                ? DevProtocol.ForFlags(File.ReadAllBytes(path), options.EnvSecret)
                : DevProtocol.ForSecret(options.EnvSecret);
        }
        catch (FormatException exception)
        {
            throw new ArgumentException($"the secret is invalid: {exception.Message}");
        }
    }

    // Flags and insights of clients are protected only by the secret, so other machines must not know it.
    private string SelectSecret(DevServerOptions options, bool isLocal)
    {
        if (options.EnvSecret is { } given)
        {
            CheckSecret(given);
            return isLocal || !_protocol.IsPublic(given)
                ? given
                : throw new ArgumentException(
                    "other machines may reach the server, so its secret must not be a public sample secret. Leave out --secret "
                    + $"for a random secret, or choose your own, such as --secret {_protocol.CreateSecret(given)}");
        }

        var local = options.Mirror is { } mirror
            ? _protocol.GetLocalSecret(mirror.EnvSecret)
            : _protocol.DevelopmentSecret;
        return isLocal ? local : _protocol.CreateSecret(options.Mirror?.EnvSecret ?? local);
    }

    private void CheckSecret(string secret)
    {
        try
        {
            _protocol.CheckSecret(secret);
        }
        catch (FormatException exception)
        {
            throw new ArgumentException($"the secret is invalid for flags of {_protocol.Name}: {exception.Message}");
        }
    }

    private void MapRoutes()
    {
        // The keep-alive timeout ends the connections of clients that have disappeared without a close frame.
        _app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = KeepAlive, KeepAliveTimeout = KeepAlive });
        DashboardRoutes.Map(_app);
        _app.MapGet(Wire.StreamingPath, _streaming.HandleAsync);
        _app.MapPost(_protocol.TrackPath, _insights.TrackAsync);
        if (_protocol.LatestAllPath is { } latestAllPath)
            _app.MapGet(latestAllPath, _streaming.GetLatestAllAsync);
        _app.MapGet("/" + SampleFlags.SchemaFile, context =>
        {
            context.Response.ContentType = "application/schema+json";
            return context.Response.SendFileAsync(SampleFlags.Find(SampleFlags.SchemaFile), context.RequestAborted);
        });
        _app.MapGet("/insights", _insights.ListAsync);
        _app.MapDelete("/insights", _insights.ClearAsync);
        if (HasControl)
            new ControlEndpoint(_streaming, _insights).Map(_app);
    }
}
