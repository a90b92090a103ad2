using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Ffc.Memory;

/// <summary>An FFC server that answers each request for data with a full, and that can change every flag at once.</summary>
internal sealed class FlagServer : IAsyncDisposable
{
    private const int FrameBytes = 64 * 1024;
    private static readonly byte[] Timestamp = "\"timestamp\":"u8.ToArray();

    private readonly WebApplication _app;
    private readonly byte[] _full;
    private readonly ConcurrentDictionary<Connection, bool> _connections = new();

    private FlagServer(WebApplication app, byte[] full)
    {
        _app = app;
        _full = full;
    }

    public string Address => new Uri(_app.Services.GetRequiredService<IServer>().Features
        .Get<IServerAddressesFeature>()!.Addresses.Single()).Authority;

    /// <summary>Starts a server.</summary>
    /// <param name="full">The full data as JSON. The server changes it in place.</param>
    public static async Task<FlagServer> StartAsync(byte[] full)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new FlagServer(app, full);
        app.UseWebSockets();
        app.Map("/streaming", server.HandleAsync);
        app.MapPost("/api/public/track", () => Results.Ok());
        await app.StartAsync();
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
            connection.Context.Abort();
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task HandleAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var connection = new Connection(context);
        _connections[connection] = true;
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
            _connections.TryRemove(connection, out _);
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

    private sealed record Connection(HttpContext Context);
}
