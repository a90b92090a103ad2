using System.Globalization;
using System.Net.WebSockets;
using Ffc.DevServer.Flags;
using Ffc.DevServer.Hosting;
using Ffc.DevServer.Servers;
using Ffc.Sdk.Protocol;

namespace Ffc.DevServer.Streaming;

/// <summary>GET /streaming: authenticates clients, responds to their requests and pushes changes.</summary>
internal sealed partial class StreamingEndpoint(
    EnvSecretCheck secret,
    DevProtocol protocol,
    FlagSet flags,
    TimeProvider timeProvider,
    ILogger<StreamingEndpoint> logger)
{
    /// <summary>The accepted difference between the clocks of client and server, in either direction.</summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(5);

    // Held while flags change or are queued for clients, so that no client receives older flags after newer ones.
    private readonly Lock _lock = new();
    private readonly OrderedDictionary<StreamingConnection, ClientView> _clients = [];
    private int _lastClientId;
    private FlagSet _flags = flags;
    private DateTimeOffset? _lastPush;
    private bool _stopping;

    /// <summary>
    /// Is raised after <see cref="Clients"/> has changed, on a thread of the server. A handler must be fast and must not throw.
    /// </summary>
    public event Action? ClientsChanged;

    public StreamingFaults Faults { get; set; } = new();

    public int Connections
    {
        get
        {
            lock (_lock)
                return _clients.Count;
        }
    }

    /// <summary>The connected clients, in the order of connections.</summary>
    public IReadOnlyList<ClientView> Clients
    {
        get
        {
            lock (_lock)
                return [.. _clients.Values];
        }
    }

    public int FlagCount
    {
        get
        {
            lock (_lock)
                return _flags.FlagCount;
        }
    }

    /// <summary>The time of the last push, measured before the first send; null if there was no push.</summary>
    public DateTimeOffset? LastPush
    {
        get
        {
            lock (_lock)
                return _lastPush;
        }
    }

    public async Task HandleAsync(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            await context.Response.WriteTextAsync(
                StatusCodes.Status400BadRequest, "this route accepts WebSockets only; send an upgrade request");
            return;
        }

        var refusal = GetRefusalReason(context.Request);
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var connection = new StreamingConnection(socket);
        if (refusal is not null)
        {
            LogRefused(refusal);
            connection.Close((WebSocketCloseStatus)Wire.CloseRefused, refusal);
        }
        else
        {
            Add(connection, context.Request.Headers.UserAgent.ToString());
        }

        try
        {
            await connection.RunAsync(message => RespondAsync(connection, message, context.RequestAborted));
        }
        finally
        {
            lock (_lock)
                _clients.Remove(connection);
            ClientsChanged?.Invoke();
        }
    }

    /// <summary>Returns the answer to a data-sync request over HTTP; an empty body for an empty patch.</summary>
    public async Task GetLatestAllAsync(HttpContext context)
    {
        if (!secret.MatchesHeader(context.Request))
        {
            await context.Response.WriteTextAsync(StatusCodes.Status401Unauthorized, "unknown secret");
            return;
        }

        var timestamp = 0L;
        if (context.Request.Query.TryGetValue("timestamp", out var text)
            && !long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out timestamp))
        {
            await context.Response.WriteTextAsync(StatusCodes.Status400BadRequest, "timestamp must be a number");
            return;
        }

        ReadOnlyMemory<byte> answer;
        lock (_lock)
            answer = timestamp > 0 && timestamp >= _flags.Version ? default : AnswerNeedsLock(timestamp);
        context.Response.ContentType = "application/json";
        await context.Response.BodyWriter.WriteAsync(answer, context.RequestAborted);
    }

    /// <summary>Replaces the flags and pushes the changes to every client.</summary>
    public void Publish(FlagSet next, FlagSet changes)
    {
        int clients;
        lock (_lock)
        {
            _flags = next;
            clients = PushToAllNeedsLock(changes.ToPatch());
            foreach (var connection in _clients.Keys.ToArray())
                UpdateNeedsLock(connection, (client, now) => client with { LastSync = now });
        }

        ClientsChanged?.Invoke();
        LogPushed(new Counted(changes.Count, "item"), new Counted(clients, "client"));
    }

    /// <summary>Sends a text frame with any content to every client.</summary>
    public void Push(ReadOnlyMemory<byte> frame)
    {
        lock (_lock)
            PushToAllNeedsLock(frame);
    }

    /// <summary>Aborts every connection without a close frame.</summary>
    public void DropConnections()
    {
        lock (_lock)
        {
            foreach (var connection in _clients.Keys)
                connection.Abort();
        }
    }

    /// <summary>Closes every connection, including connections that are opened later.</summary>
    public void Stop()
    {
        lock (_lock)
        {
            _stopping = true;
            foreach (var connection in _clients.Keys)
                CloseForShutdown(connection);
        }
    }

    private static void CloseForShutdown(StreamingConnection connection) =>
        connection.Close(WebSocketCloseStatus.EndpointUnavailable, "the server is stopping");

    private string? GetRefusalReason(HttpRequest request)
    {
        // A secret can contain a plus sign. A query decodes it as a space if the client did not escape it.
        var token = request.Query["token"].ToString().Replace(' ', '+');
        if (Faults.Refuse)
            return "refused by /control/streaming";
        if (request.Query["type"] != "server")
            return "the type must be server";
        if (!ConnectionToken.TryRead(token, out var unpaddedSecret, out var created))
            return "the token is invalid";
        if (!secret.MatchesToken(unpaddedSecret) || !secret.MatchesStreamHeader(request))
            return "unknown secret";

        var age = timeProvider.GetUtcNow() - created;
        return age < -(protocol.MaxTokenLead + ClockSkew) || age > ConnectionToken.Lifetime + ClockSkew
            ? "the token is expired or not yet valid"
            : null;
    }

    private void Add(StreamingConnection connection, string userAgent)
    {
        lock (_lock)
        {
            var sdk = userAgent.Length > 0 ? userAgent : null;
            _clients.Add(connection, new ClientView(++_lastClientId, sdk, timeProvider.GetUtcNow()));
            if (_stopping)
                CloseForShutdown(connection);
        }

        ClientsChanged?.Invoke();
    }

    private void Update(StreamingConnection connection, Func<ClientView, DateTimeOffset, ClientView> change)
    {
        lock (_lock)
            UpdateNeedsLock(connection, change);
        ClientsChanged?.Invoke();
    }

    // The connection of a refused client is not in the list.
    private void UpdateNeedsLock(StreamingConnection connection, Func<ClientView, DateTimeOffset, ClientView> change)
    {
        if (_clients.TryGetValue(connection, out var client))
            _clients[connection] = change(client, timeProvider.GetUtcNow());
    }

    private async Task RespondAsync(
        StreamingConnection connection, ReadOnlyMemory<byte> frame, CancellationToken cancellationToken)
    {
        ClientMessage message;
        try
        {
            message = ClientMessage.Parse(frame);
        }
        catch (FormatException)
        {
            connection.Close(WebSocketCloseStatus.InvalidPayloadData, "a message must be JSON");
            return;
        }

        if (message.Type == Wire.Ping)
        {
            Send(connection, protocol.Pong);
            Update(connection, (client, now) => client with { LastPing = now });
        }
        else if (message.Type == Wire.DataSync)
        {
            if (Faults.Delay > TimeSpan.Zero)
                await Task.Delay(Faults.Delay, timeProvider, cancellationToken);
            lock (_lock)
                Send(connection, AnswerNeedsLock(message.Timestamp));
            Update(connection, (client, now) => client with { LastSync = now });
        }
    }

    private byte[] AnswerNeedsLock(long timestamp) => timestamp <= 0 ? _flags.ToFull() : _flags.ToPatch(timestamp);

    private int PushToAllNeedsLock(ReadOnlyMemory<byte> frame)
    {
        _lastPush = timeProvider.GetUtcNow();
        foreach (var connection in _clients.Keys)
            Send(connection, frame);
        return _clients.Count;
    }

    private void Send(StreamingConnection connection, ReadOnlyMemory<byte> frame)
    {
        if (!connection.Send(frame))
            LogTooSlow();
    }

    [LoggerMessage(EventId = 185, Level = LogLevel.Warning, Message = "Refused a client: {Reason}")]
    private partial void LogRefused(string reason);

    [LoggerMessage(EventId = 186, Level = LogLevel.Information, Message = "Pushed a patch of {Items} to {Clients}")]
    private partial void LogPushed(Counted items, Counted clients);

    [LoggerMessage(EventId = 187, Level = LogLevel.Warning, Message = "Dropped a client that reads too slowly")]
    private partial void LogTooSlow();
}
