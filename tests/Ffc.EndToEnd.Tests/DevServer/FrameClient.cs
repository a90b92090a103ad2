using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Ffc.Sdk.Protocol;

namespace Ffc.EndToEnd.Tests.DevServer;

/// <summary>A client made of nothing but a socket: sends and receives frames as they are.</summary>
internal sealed class FrameClient : IDisposable
{
    private readonly ClientWebSocket _socket = new();

    /// <summary>Connects as a good client does, but for what the arguments say.</summary>
    public static async Task<FrameClient> ConnectAsync(
        Uri streamingUri, string secret, string? query = null, string? header = null, DateTimeOffset? tokenTime = null)
    {
        using var deadline = StartDeadline();
        var client = new FrameClient();
        client._socket.Options.SetRequestHeader(Wire.SecretHeader, header ?? secret);
        query ??= $"token={Token(secret, tokenTime ?? DateTimeOffset.UtcNow)}&type=server";
        await client._socket.ConnectAsync(new Uri(streamingUri, $"{Wire.StreamingPath}?{query}"), deadline.Token);
        return client;
    }

    // Always cut at the same place: tests that show a token in their name keep that name.
    public static string Token(string secret, DateTimeOffset time) => ConnectionToken.Create(secret, time, new Random(1));

    public async Task SendAsync(string frame)
    {
        using var deadline = StartDeadline();
        await _socket.SendAsync(Encoding.UTF8.GetBytes(frame), WebSocketMessageType.Text, true, deadline.Token);
    }

    /// <summary>Asks for the data since a version; does not wait for the answer.</summary>
    public Task AskAsync(long timestamp) => SendAsync($$$"""{"messageType":"data-sync","data":{"timestamp":{{{timestamp}}}}}""");

    /// <summary>Asks for the data since a version, and takes the next frame for the answer.</summary>
    public async Task<SyncFrame> SyncAsync(long timestamp = 0)
    {
        await AskAsync(timestamp);
        return await ReceiveSyncAsync();
    }

    public async Task<SyncFrame> ReceiveSyncAsync() => new(await ReceiveAsync());

    public async Task<string> ReceiveAsync()
    {
        using var deadline = StartDeadline();
        using var text = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (true)
        {
            var part = await _socket.ReceiveAsync(buffer.AsMemory(), deadline.Token);
            Assert.Equal(WebSocketMessageType.Text, part.MessageType);
            text.Write(buffer.AsSpan(0, part.Count));
            if (part.EndOfMessage)
                return Encoding.UTF8.GetString(text.ToArray());
        }
    }

    /// <summary>Waits for the server's close, whatever comes before it, and answers it.</summary>
    public async Task<(int Code, string? Reason)> ReceiveCloseAsync()
    {
        using var deadline = StartDeadline();
        var buffer = new byte[64 * 1024];
        while ((await _socket.ReceiveAsync(buffer.AsMemory(), deadline.Token)).MessageType != WebSocketMessageType.Close)
        {
        }

        await CloseAsync();
        return ((int)_socket.CloseStatus!.Value, _socket.CloseStatusDescription);
    }

    public async Task CloseAsync()
    {
        using var deadline = StartDeadline();
        await _socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, deadline.Token);
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>A token that ends with the test, or when it has waited long enough.</summary>
    private static CancellationTokenSource StartDeadline()
    {
        var source = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        source.CancelAfter(TestServer.Patience);
        return source;
    }
}

/// <summary>A data-sync message as it came.</summary>
internal sealed class SyncFrame
{
    private readonly JsonElement _data;

    public SyncFrame(string frame)
    {
        var message = JsonDocument.Parse(frame).RootElement;
        Assert.Equal(Wire.DataSync, message.GetProperty("messageType").GetString());
        _data = message.GetProperty("data");
    }

    public string? EventType => _data.GetProperty("eventType").GetString();

    public JsonElement[] Flags => [.. _data.GetProperty("featureFlags").EnumerateArray()];

    public JsonElement[] Segments => [.. _data.GetProperty("segments").EnumerateArray()];

    public IEnumerable<string?> FlagKeys => Flags.Select(flag => flag.GetProperty("ff").GetProperty("keyName").GetString());

    public static long Version(JsonElement item) => item.GetProperty("timestamp").GetInt64();

    public static bool IsArchived(JsonElement item) => item.GetProperty("isArchived").GetBoolean();

    public static string? Value(JsonElement flag) =>
        flag.GetProperty("ff").GetProperty("variationOptionWhenDisabled").GetProperty("variationValue").GetString();
}
