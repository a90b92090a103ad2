using System.Net.WebSockets;
using System.Text;
using Ffc.Sdk.Protocol;
using Ffc.Sdk.Protocol.Ffc;

namespace Ffc.EndToEnd.Tests.DevServer;

/// <summary>A plain WebSocket client that sends and receives raw frames.</summary>
internal sealed class FrameClient : IDisposable
{
    private readonly ClientWebSocket _socket = new();

    /// <summary>Connects as the SDK does, except for the query, header or token time that a test passes.</summary>
    public static async Task<FrameClient> ConnectAsync(
        Uri streamingUri,
        string secret,
        string? query = null,
        string? header = null,
        DateTimeOffset? tokenTime = null,
        string? userAgent = null)
    {
        using var timeoutCts = CreateTimeout();
        var client = new FrameClient();
        client._socket.Options.SetRequestHeader(FfcProtocol.SecretHeader, header ?? secret);
        if (userAgent is not null)
            client._socket.Options.SetRequestHeader("User-Agent", userAgent);
        query ??= $"token={Token(secret, tokenTime ?? DateTimeOffset.UtcNow)}&type=server";
        await client._socket.ConnectAsync(new Uri(streamingUri, $"{Wire.StreamingPath}?{query}"), timeoutCts.Token);
        return client;
    }

    // With a fixed seed, theory rows that contain a token have stable names.
    public static string Token(string secret, DateTimeOffset time) => ConnectionToken.Create(secret, time, new Random(1));

    public async Task SendAsync(string frame)
    {
        using var timeoutCts = CreateTimeout();
        await _socket.SendAsync(Encoding.UTF8.GetBytes(frame), WebSocketMessageType.Text, true, timeoutCts.Token);
    }

    /// <summary>Requests the data since a version and does not wait for the response.</summary>
    public Task RequestAsync(long timestamp) =>
        SendAsync($$$"""{"messageType":"data-sync","data":{"timestamp":{{{timestamp}}}}}""");

    /// <summary>Requests the data since a version and returns the next frame.</summary>
    public async Task<SyncFrame> SyncAsync(long timestamp = 0)
    {
        await RequestAsync(timestamp);
        return await ReceiveSyncAsync();
    }

    public async Task<SyncFrame> ReceiveSyncAsync() => new(await ReceiveAsync());

    public async Task<string> ReceiveAsync()
    {
        using var timeoutCts = CreateTimeout();
        using var text = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (true)
        {
            var result = await _socket.ReceiveAsync(buffer.AsMemory(), timeoutCts.Token);
            Assert.Equal(WebSocketMessageType.Text, result.MessageType);
            text.Write(buffer.AsSpan(0, result.Count));
            if (result.EndOfMessage)
                return Encoding.UTF8.GetString(text.ToArray());
        }
    }

    /// <summary>Skips frames until the server's close frame, and responds to it.</summary>
    public async Task<(int Code, string? Reason)> ReceiveCloseAsync()
    {
        using var timeoutCts = CreateTimeout();
        var buffer = new byte[64 * 1024];
        while ((await _socket.ReceiveAsync(buffer.AsMemory(), timeoutCts.Token)).MessageType != WebSocketMessageType.Close)
        {
        }

        await CloseAsync();
        return ((int)_socket.CloseStatus!.Value, _socket.CloseStatusDescription);
    }

    public async Task CloseAsync()
    {
        using var timeoutCts = CreateTimeout();
        await _socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, timeoutCts.Token);
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>Creates a token source that is cancelled with the test or after the timeout.</summary>
    private static CancellationTokenSource CreateTimeout()
    {
        var timeoutCts = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeoutCts.CancelAfter(TestServer.Timeout);
        return timeoutCts;
    }
}
