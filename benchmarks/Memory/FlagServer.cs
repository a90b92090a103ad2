using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using Ffc.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Ffc.Memory;

/// <summary>An FFC server that answers each request for data with a full, and that can change every flag at once.</summary>
internal sealed class FlagServer : IAsyncDisposable
{
    private const int FrameBytes = 64 * 1024;
    private static readonly byte[] Timestamp = "\"timestamp\":"u8.ToArray();

    private readonly byte[] _full;
    private readonly ConcurrentDictionary<HttpContext, bool> _connections = new();
    private LoopbackServer _server = null!;

    private FlagServer(byte[] full) => _full = full;

    public string Address => _server.Uri.Authority;

    /// <summary>Starts a server.</summary>
    /// <param name="full">The full data as JSON. The server changes it in place.</param>
    public static async Task<FlagServer> StartAsync(byte[] full)
    {
        var server = new FlagServer(full);
        server._server = await LoopbackServer.StartAsync(app =>
        {
            app.UseWebSockets();
            app.Map("/streaming", server.HandleAsync);
            app.MapPost("/api/public/track", () => Results.Ok());
        });
        return server;
    }

    /// <summary>Adds one to the timestamp of every flag and segment, as after a change of each of them.</summary>
    public void ChangeAll()
    {
        var at = 0;
        while (_full.AsSpan(at).IndexOf(Timestamp) is >= 0 and var next)
        {
            at += next + Timestamp.Length;
            if (!Utf8Parser.TryParse(_full.AsSpan(at), out long timestamp, out var length))
                throw new InvalidOperationException("a timestamp is not a number");
            if (!Utf8Formatter.TryFormat(timestamp + 1, _full.AsSpan(at, length), out var written) || written != length)
                throw new InvalidOperationException("a timestamp became longer");
        }
    }

    /// <summary>Ends all connections, so that the clients connect again and request the data.</summary>
    public void Disconnect()
    {
        foreach (var connection in _connections.Keys)
            connection.Abort();
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task HandleAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        _connections[context] = true;
        var buffer = new byte[8_192];
        try
        {
            while (await socket.ReceiveAsync(buffer, context.RequestAborted) is { CloseStatus: null } received)
            {
                if (Encoding.UTF8.GetString(buffer, 0, received.Count).Contains("ping", StringComparison.Ordinal))
                    await SendAsync(socket, """{"messageType":"pong","data":null}"""u8.ToArray());
                else
                    await SendAsync(socket, _full);
            }
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException)
        {
            // The connection ended.
        }
        finally
        {
            _connections.TryRemove(context, out _);
        }
    }

    private static async Task SendAsync(WebSocket socket, ReadOnlyMemory<byte> message)
    {
        for (var at = 0; at < message.Length; at += FrameBytes)
        {
            var part = message[at..Math.Min(at + FrameBytes, message.Length)];
            await socket.SendAsync(
                part, WebSocketMessageType.Text, at + part.Length == message.Length, CancellationToken.None);
        }
    }
}
