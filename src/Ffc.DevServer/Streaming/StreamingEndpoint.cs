using System.Net.WebSockets;
using System.Text.Json;
using Ffc.DevServer.Flags;
using Ffc.Sdk.Protocol;

namespace Ffc.DevServer.Streaming;

/// <summary>How the endpoint misbehaves when a test wants it to.</summary>
/// <param name="Delay">How long a data-sync request waits for its answer.</param>
/// <param name="Refuse">Whether every client is turned away for good.</param>
internal sealed record StreamingFaults(TimeSpan Delay = default, bool Refuse = false);

/// <summary>GET /streaming: checks who comes, answers what they ask, and pushes changes to all.</summary>
internal sealed partial class StreamingEndpoint(
    EnvSecretCheck secret, FlagSet flags, TimeProvider time, ILogger<StreamingEndpoint> logger)
{
    /// <summary>By how much the clocks of client and server may differ, either way.</summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(5);

    private static readonly byte[] Pong = Wire.PongMessage.ToArray();

    // Held while data changes or is handed to a queue: no client gets an answer that is older than a push before it.
    private readonly Lock _gate = new();
    private readonly HashSet<StreamingConnection> _connections = [];
    private FlagSet _flags = flags;
    private DateTimeOffset? _lastPush;
    private bool _stopping;

    public StreamingFaults Faults { get; set; } = new();

    public int Connections
    {
        get
        {
            lock (_gate)
                return _connections.Count;
        }
    }

    public int FlagCount
    {
        get
        {
            lock (_gate)
                return _flags.FlagCount;
        }
    }

    /// <summary>When something was last pushed, just before it went to the first socket. Null before that.</summary>
    public DateTimeOffset? LastPush
    {
        get
        {
            lock (_gate)
                return _lastPush;
        }
    }

    public async Task HandleAsync(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            await context.Response.AnswerAsync(StatusCodes.Status400BadRequest, "this is a WebSocket: ask for an upgrade");
            return;
        }

        var refusal = Refusal(context.Request);
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var connection = new StreamingConnection(socket);
        if (refusal is not null)
        {
            LogRefused(refusal);
            connection.Close((WebSocketCloseStatus)Wire.CloseRefused, refusal);
        }
        else
        {
            Add(connection);
        }

        try
        {
            await connection.RunAsync(message => AnswerAsync(connection, message, context.RequestAborted));
        }
        finally
        {
            lock (_gate)
                _connections.Remove(connection);
        }
    }

    /// <summary>Serves other flags from now on and tells every client what changed.</summary>
    public void Publish(FlagSet next, FlagSet changes)
    {
        int clients;
        lock (_gate)
        {
            _flags = next;
            clients = PushToAll(changes.ToPatch());
        }

        LogPushed(changes.Count, clients);
    }

    /// <summary>Sends a text frame to every client, whatever it holds.</summary>
    public void Push(ReadOnlyMemory<byte> frame)
    {
        lock (_gate)
            PushToAll(frame);
    }

    /// <summary>Cuts every connection without a word.</summary>
    public void Drop()
    {
        lock (_gate)
        {
            foreach (var connection in _connections)
                connection.Abort();
        }
    }

    /// <summary>Takes leave of every client, and of those who still come.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            _stopping = true;
            foreach (var connection in _connections)
                SayStopping(connection);
        }
    }

    private static void SayStopping(StreamingConnection connection) =>
        connection.Close(WebSocketCloseStatus.EndpointUnavailable, "the server is stopping");

    private string? Refusal(HttpRequest request)
    {
        // A secret may hold a plus sign, which stands for a blank in a query unless the client escaped it.
        var token = request.Query["token"].ToString().Replace(' ', '+');
        if (Faults.Refuse)
            return "refused on request";
        if (request.Query["type"] != "server")
            return "the type must be server";
        if (!ConnectionToken.TryRead(token, out var shown, out var made))
            return "this is not a token";
        if (!secret.IsUnpadded(shown) || !secret.HeaderHolds(request))
            return "unknown secret";

        var age = time.GetUtcNow() - made;
        return age > ConnectionToken.Lifetime + ClockSkew || age < -ClockSkew ? "the token's time is over or yet to come" : null;
    }

    private void Add(StreamingConnection connection)
    {
        lock (_gate)
        {
            _connections.Add(connection);
            if (_stopping)
                SayStopping(connection);
        }
    }

    private async Task AnswerAsync(StreamingConnection connection, ReadOnlyMemory<byte> frame, CancellationToken gone)
    {
        ClientMessage message;
        try
        {
            message = ClientMessage.Read(frame);
        }
        catch (JsonException)
        {
            connection.Close(WebSocketCloseStatus.InvalidPayloadData, "a message must be JSON");
            return;
        }

        if (message.Type == Wire.Ping)
        {
            Send(connection, Pong);
        }
        else if (message.Type == Wire.DataSync)
        {
            if (Faults.Delay > TimeSpan.Zero)
                await Task.Delay(Faults.Delay, time, gone);
            lock (_gate)
                Send(connection, message.Timestamp <= 0 ? _flags.ToFull() : _flags.ToPatch(message.Timestamp));
        }
    }

    private int PushToAll(ReadOnlyMemory<byte> frame)
    {
        _lastPush = time.GetUtcNow();
        foreach (var connection in _connections)
            Send(connection, frame);
        return _connections.Count;
    }

    private void Send(StreamingConnection connection, ReadOnlyMemory<byte> frame)
    {
        if (!connection.Send(frame))
            LogTooSlow();
    }

    [LoggerMessage(LogLevel.Warning, "refused a client: {Reason}")]
    private partial void LogRefused(string reason);

    [LoggerMessage(LogLevel.Information, "pushed patch of {Items} items to {Clients} clients")]
    private partial void LogPushed(int items, int clients);

    [LoggerMessage(LogLevel.Warning, "dropped a client that does not keep up")]
    private partial void LogTooSlow();
}
