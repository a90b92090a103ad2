using System.Collections.Concurrent;
using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Ffc.Sdk;
using Ffc.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace StreamSoak;

/// <summary>
/// An FFC server with a few hundred flags. It changes flags with and without pushing the change, restores older data now and
/// then, leaves some data-sync requests unanswered, and closes connections with every close code.
/// </summary>
internal sealed class FlagServer : IAsyncDisposable
{
    private const int FlagCount = 300;

    // All codes that a server may send, except for 4003: see Refuse.
    private static readonly int[] CloseCodes =
        [1000, 1001, 1002, 1003, 1004, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 4000, 4001, 4002, 4004, 4999];

    private static readonly FfcUser User = FfcUser.Builder("u1").Build();

    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<WebSocket, Channel> _connections = new();

    // Guarded by _lock: for each flag, its timestamp and its value.
    private Dictionary<string, (long Timestamp, int Value)> _flags = [];
    private Dictionary<string, (long Timestamp, int Value)> _backup = [];
    private long _clock = 1_767_225_600_000;
    private int _values;

    private int _changes;
    private int _restores;
    private int _unanswered;
    private int _closes;
    private volatile bool _isSilent;
    private LoopbackServer _server = null!;

    private FlagServer()
    {
        for (var i = 0; i < FlagCount; i++)
            _flags[$"flag-{i}"] = (_clock, 0);
        _backup = new(_flags);
    }

    public static string EnvSecret { get; } = Convert.ToBase64String("soak%20260101000000__1__2__3__default_00001"u8);

    public int Port => _server.Uri.Port;

    public string Counters => $"{_changes} changes, {_restores} restores, {_unanswered} unanswered, {_closes} closed";

    public static async Task<FlagServer> StartAsync()
    {
        var server = new FlagServer();
        server._server = await LoopbackServer.StartAsync(app =>
        {
            app.UseWebSockets();
            app.Map("/streaming", server.HandleAsync);
            app.MapPost("/api/public/track", () => Results.Ok());
        });
        return server;
    }

    /// <summary>Changes the data at random.</summary>
    public void Change(Random random)
    {
        _isSilent = random.Next(20) == 0;
        string? patch = null;
        lock (_lock)
        {
            if (random.Next(60) == 0)
            {
                // A restored database: older timestamps, and no push.
                (_flags, _backup) = (new(_backup), new(_flags));
                _restores++;
            }
            else
            {
                var key = $"flag-{random.Next(FlagCount)}";
                _flags[key] = (++_clock, ++_values);
                _changes++;

                // Some changes are not pushed, such as those of another server instance.
                if (random.Next(5) > 0)
                    patch = Message("patch", [key]);
            }
        }

        if (patch is not null)
        {
            foreach (var channel in _connections.Values)
                _ = channel.SendAsync(patch);
        }
    }

    /// <summary>Closes a random connection with a random code.</summary>
    public void CloseConnection(Random random) => Close(random, CloseCodes[random.Next(CloseCodes.Length)]);

    /// <summary>Closes a random connection with code 4003. Its client connects again after five minutes.</summary>
    public void Refuse(Random random) => Close(random, 4003);

    /// <summary>Whether a client returns the current value of every flag.</summary>
    public bool Matches(FfcClient client)
    {
        Dictionary<string, (long Timestamp, int Value)> flags;
        lock (_lock)
            flags = new(_flags);
        return flags.All(flag =>
            client.Variation(flag.Key, User, "") == flag.Value.Value.ToString(CultureInfo.InvariantCulture));
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private void Close(Random random, int code)
    {
        var channels = _connections.Values.ToArray();
        if (channels.Length == 0)
            return;

        Interlocked.Increment(ref _closes);
        _ = channels[random.Next(channels.Length)].CloseAsync(code);
    }

    private static object Flag(string key, long timestamp, int value)
    {
        var variation = new { localId = 1, displayOrder = 1, variationValue = value.ToString(CultureInfo.InvariantCulture) };
        return new
        {
            id = $"FF__1__2__3__{key}",
            isArchived = false,
            timestamp,
            ff = new
            {
                keyName = key,
                name = key,
                status = "Enabled",
                variationOptionWhenDisabled = variation,
                defaultRulePercentageRollouts = new[] { new { rolloutPercentage = new[] { 0, 1 }, valueOption = variation } },
            },
            variationOptions = new[] { variation },
        };
    }

    private async Task HandleAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        using var channel = new Channel(socket);
        _connections[socket] = channel;
        var buffer = new byte[8_192];
        try
        {
            while (await socket.ReceiveAsync(buffer, context.RequestAborted) is { CloseStatus: null } received)
            {
                using var message = JsonDocument.Parse(buffer.AsMemory(0, received.Count));
                if (message.RootElement.GetProperty("messageType").GetString() == "ping")
                    await channel.SendAsync("""{"messageType":"pong","data":null}""");
                else if (_isSilent)
                    Interlocked.Increment(ref _unanswered);
                else
                    await channel.SendAsync(Full());
            }
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or JsonException)
        {
            // The connection is broken.
        }
        finally
        {
            _connections.TryRemove(socket, out _);
        }
    }

    private string Full()
    {
        lock (_lock)
            return Message("full", [.. _flags.Keys]);
    }

    private string Message(string eventType, string[] keys) => JsonSerializer.Serialize(new
    {
        messageType = "data-sync",
        data = new
        {
            eventType,
            featureFlags = keys.Select(key => Flag(key, _flags[key].Timestamp, _flags[key].Value)),
            segments = Array.Empty<object>(),
        },
    });

    /// <summary>Sends messages one after the other.</summary>
    private sealed class Channel(WebSocket socket) : IDisposable
    {
        private readonly SemaphoreSlim _sending = new(1);

        public Task SendAsync(string message) => RunAsync(() => socket.SendAsync(
            Encoding.UTF8.GetBytes(message), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None));

        public Task CloseAsync(int code) => RunAsync(() =>
            socket.CloseOutputAsync((WebSocketCloseStatus)code, "soak", CancellationToken.None));

        public void Dispose() => _sending.Dispose();

        private async Task RunAsync(Func<Task> send)
        {
            try
            {
                await _sending.WaitAsync();
                try
                {
                    await send();
                }
                finally
                {
                    _sending.Release();
                }
            }
            catch (Exception exception) when (exception is WebSocketException or ObjectDisposedException or ArgumentException
                or InvalidOperationException)
            {
                // The connection is closed, or the code may not be sent.
            }
        }
    }
}
