using System.Net.WebSockets;
using System.Text;
using System.Threading.Channels;
using Ffc.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Ffc.Sdk.Tests.Streaming;

/// <summary>A real WebSocket server that a test scripts, connection by connection.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly Channel<ServerConnection> _connections = Channel.CreateUnbounded<ServerConnection>();
    private readonly CancellationTokenSource _stoppingCts = new();
    private LoopbackServer _server = null!;
    private int _attempts;

    private ScriptedServer()
    {
    }

    /// <summary>The time limit for everything that a test waits for.</summary>
    public static TimeSpan Deadline { get; } = TimeSpan.FromSeconds(30);

    public Uri Uri => new UriBuilder(_server.Uri) { Scheme = "ws" }.Uri;

    /// <summary>The number of connection attempts.</summary>
    public int Attempts => Volatile.Read(ref _attempts);

    /// <summary>Handles a connection attempt; returns false to accept it.</summary>
    public Func<HttpContext, Task<bool>>? OnConnect { get; set; }

    /// <summary>Starts a server.</summary>
    /// <param name="port">The port; 0 for any free port.</param>
    public static async Task<ScriptedServer> StartAsync(int port = 0)
    {
        var server = new ScriptedServer();
        server._server = await LoopbackServer.StartAsync(app => app.UseWebSockets().Run(server.HandleAsync), port);
        return server;
    }

    /// <summary>Waits for the next connection.</summary>
    public async Task<ServerConnection> AcceptAsync() =>
        await _connections.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Deadline);

    public async ValueTask DisposeAsync()
    {
        if (_stoppingCts.IsCancellationRequested)
            return;

        await _stoppingCts.CancelAsync();
        await _server.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext context)
    {
        // Insights are accepted and ignored.
        if (HttpMethods.IsPost(context.Request.Method))
            return;

        Interlocked.Increment(ref _attempts);
        if (OnConnect is { } onConnect && await onConnect(context))
            return;

        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var connection = new ServerConnection(context, socket);
        _connections.Writer.TryWrite(connection);
        await connection.ReadAsync(_stoppingCts.Token);
    }
}

/// <summary>The server side of one connection.</summary>
internal sealed class ServerConnection(HttpContext context, WebSocket socket)
{
    private readonly Channel<string> _received = Channel.CreateUnbounded<string>();
    private readonly TaskCompletionSource<WebSocketCloseStatus?> _ended =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Path { get; } = context.Request.Path;

    public Dictionary<string, string> Query { get; } =
        context.Request.Query.ToDictionary(item => item.Key, item => item.Value.ToString());

    public Dictionary<string, string> Headers { get; } =
        context.Request.Headers.ToDictionary(item => item.Key, item => item.Value.ToString(), StringComparer.OrdinalIgnoreCase);

    /// <summary>The close code that the client sent; null if the connection ended without one.</summary>
    public Task<WebSocketCloseStatus?> Ended => _ended.Task.WaitAsync(ScriptedServer.Deadline);

    /// <summary>Waits for the next message of the client.</summary>
    public async Task<string> ReceiveAsync() =>
        await _received.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(ScriptedServer.Deadline);

    public Task SendAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text));

    /// <summary>Sends one message, in frames of at most this many bytes.</summary>
    public async Task SendAsync(byte[] utf8, int maxFrameBytes = int.MaxValue)
    {
        for (var at = 0; at == 0 || at < utf8.Length; at += Math.Min(maxFrameBytes, utf8.Length))
        {
            var length = Math.Min(maxFrameBytes, utf8.Length - at);
            await socket.SendAsync(
                utf8.AsMemory(at, length),
                WebSocketMessageType.Text,
                endOfMessage: at + length == utf8.Length,
                TestContext.Current.CancellationToken);
            if (utf8.Length == 0)
                return;
        }
    }

    /// <summary>Sends a part of a message, in one frame.</summary>
    public Task SendAsync(ReadOnlyMemory<byte> utf8, bool isEnd) => socket.SendAsync(
        utf8, WebSocketMessageType.Text, isEnd, TestContext.Current.CancellationToken).AsTask();

    /// <summary>Waits for the request for the full data and responds to it.</summary>
    public async Task AnswerAsync(string message)
    {
        Assert.Equal("""{"messageType":"data-sync","data":{"timestamp":0}}""", await ReceiveAsync());
        await SendAsync(message);
    }

    public Task CloseAsync(int code) =>
        socket.CloseOutputAsync((WebSocketCloseStatus)code, null, TestContext.Current.CancellationToken);

    /// <summary>Aborts the connection without a close frame, as a network failure does.</summary>
    public void Abort() => context.Abort();

    /// <summary>Receives messages until the connection ends.</summary>
    public async Task ReadAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[16 * 1024];
        var text = new StringBuilder();
        try
        {
            while (true)
            {
                var result = await socket.ReceiveAsync(buffer.AsMemory(), cancellationToken);
                if (result.MessageType == WebSocketMessageType.Close)
                {
                    if (socket.State == WebSocketState.CloseReceived)
                        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancellationToken);
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
        catch (Exception exception) when (exception is OperationCanceledException or WebSocketException or IOException)
        {
            _ended.TrySetResult(null);
        }
    }
}
