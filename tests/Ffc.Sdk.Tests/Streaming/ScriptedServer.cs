using System.Net.WebSockets;
using System.Text;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Tests.Streaming;

/// <summary>A real WebSocket server that does what a test tells it, connection by connection.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Channel<ServerConnection> _connections = Channel.CreateUnbounded<ServerConnection>();
    private readonly CancellationTokenSource _stopping = new();
    private int _attempts;

    private ScriptedServer(WebApplication app) => _app = app;

    /// <summary>How long a test waits for what must happen.</summary>
    public static TimeSpan Deadline { get; } = TimeSpan.FromSeconds(30);

    public Uri Uri { get; private set; } = null!;

    /// <summary>How often somebody asked for an upgrade.</summary>
    public int Attempts => Volatile.Read(ref _attempts);

    /// <summary>Answers a request in place of the upgrade; returns false to let it through.</summary>
    public Func<HttpContext, Task<bool>>? Instead { get; set; }

    /// <summary>Starts a server.</summary>
    /// <param name="port">Where it listens; 0 for any free port.</param>
    public static async Task<ScriptedServer> StartAsync(int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var server = new ScriptedServer(app);
        app.UseWebSockets();
        app.Run(server.HandleAsync);
        await app.StartAsync(TestContext.Current.CancellationToken);
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        server.Uri = new UriBuilder(address) { Scheme = "ws" }.Uri;
        return server;
    }

    /// <summary>The next connection that somebody makes.</summary>
    public async Task<ServerConnection> AcceptAsync() =>
        await _connections.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Deadline);

    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested)
            return;

        await _stopping.CancelAsync();
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext context)
    {
        // Insights, which are of no interest here, are taken.
        if (HttpMethods.IsPost(context.Request.Method))
            return;

        Interlocked.Increment(ref _attempts);
        if (Instead is { } instead && await instead(context))
            return;

        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var connection = new ServerConnection(context, socket);
        _connections.Writer.TryWrite(connection);
        await connection.ReadAsync(_stopping.Token);
    }
}

/// <summary>The server's end of one connection.</summary>
internal sealed class ServerConnection(HttpContext context, WebSocket socket)
{
    private readonly Channel<string> _received = Channel.CreateUnbounded<string>();
    private readonly TaskCompletionSource<WebSocketCloseStatus?> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Path { get; } = context.Request.Path;

    public Dictionary<string, string> Query { get; } = context.Request.Query.ToDictionary(item => item.Key, item => item.Value.ToString());

    public Dictionary<string, string> Headers { get; } =
        context.Request.Headers.ToDictionary(item => item.Key, item => item.Value.ToString(), StringComparer.OrdinalIgnoreCase);

    /// <summary>The close code by which the client ended the connection; null when it broke off without one.</summary>
    public Task<WebSocketCloseStatus?> Ended => _ended.Task.WaitAsync(ScriptedServer.Deadline);

    /// <summary>The next message of the client.</summary>
    public async Task<string> ReceiveAsync() =>
        await _received.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(ScriptedServer.Deadline);

    public Task SendAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text));

    /// <summary>Sends one message, in frames of at most so many bytes.</summary>
    public async Task SendAsync(byte[] utf8, int frame = int.MaxValue)
    {
        for (var at = 0; at == 0 || at < utf8.Length; at += Math.Min(frame, utf8.Length))
        {
            var length = Math.Min(frame, utf8.Length - at);
            await socket.SendAsync(
                utf8.AsMemory(at, length), WebSocketMessageType.Text, at + length == utf8.Length, TestContext.Current.CancellationToken);
            if (utf8.Length == 0)
                return;
        }
    }

    /// <summary>Waits for the request for everything and answers it.</summary>
    public async Task AnswerAsync(string message)
    {
        Assert.Equal("""{"messageType":"data-sync","data":{"timestamp":0}}""", await ReceiveAsync());
        await SendAsync(message);
    }

    public Task CloseAsync(int code) => socket.CloseOutputAsync((WebSocketCloseStatus)code, null, TestContext.Current.CancellationToken);

    /// <summary>Breaks the connection off, as a network does.</summary>
    public void Abort() => context.Abort();

    /// <summary>Takes what comes until the connection is over.</summary>
    public async Task ReadAsync(CancellationToken stopping)
    {
        var buffer = new byte[16 * 1024];
        var text = new StringBuilder();
        try
        {
            while (true)
            {
                var result = await socket.ReceiveAsync(buffer.AsMemory(), stopping);
                if (result.MessageType == WebSocketMessageType.Close)
                {
                    if (socket.State == WebSocketState.CloseReceived)
                        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, stopping);
                    _ended.TrySetResult(socket.CloseStatus);
                    return;
                }

                text.Append(Encoding.UTF8.GetString(buffer, 0, result.Count));
                if (!result.EndOfMessage)
                    continue;
                _received.Writer.TryWrite(text.ToString());
                text.Clear();
            }
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or IOException)
        {
            _ended.TrySetResult(null);
        }
    }
}
