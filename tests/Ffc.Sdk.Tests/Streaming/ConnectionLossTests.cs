using System.Net.WebSockets;
using Ffc.Sdk.Tests.TestData;
using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Tests.Streaming;

public sealed class ConnectionLossTests : StreamTest
{
    [Theory]
    [InlineData(1000)]
    [InlineData(1001)]
    [InlineData(1006)] // No close frame.
    [InlineData(1009)]
    [InlineData(1011)]
    [InlineData(1012)]
    [InlineData(4000)]
    [InlineData(4002)]
    [InlineData(4004)]
    public async Task A_lost_connection_is_restored_and_the_data_remains_available(int code)
    {
        var (client, first) = await ConnectAsync(new FlagJson("a"));
        if (code == 1006)
            first.Abort();
        else
            await first.CloseAsync(code);
        await WaitForStateAsync(client, UpdateState.Interrupted);
        Assert.Equal("1 on: fall through all rules", client.EvaluateAsText("a"));
        Assert.NotNull(client.UpdateStatusProvider.Status.LastError);
        if (code != 1006)
            Assert.Contains($"close code {code}", client.UpdateStatusProvider.Status.LastError.Message, StringComparison.Ordinal);

        await Clock.PassRetryDelayAsync();
        await (await Server.AcceptAsync()).AnswerAsync(MessageJson.Full(new FlagJson("a", 2).Disabled()));
        await WaitForStateAsync(client, UpdateState.Ok);
        Assert.Equal("2 off: flag off", client.EvaluateAsText("a"));
    }

    [Fact]
    public async Task A_refused_client_is_Off_and_retries_every_five_minutes_until_it_works()
    {
        var client = Connect();
        var status = client.UpdateStatusProvider;
        for (var i = 0; i < 3; i++)
        {
            await (await Server.AcceptAsync()).CloseAsync(4003);
            await WaitForStateAsync(client, UpdateState.Off);
            foreach (var part in new[] { "4003", "Ffc:EnvSecret", "server-side secret", "clock" })
                Assert.Contains(part, status.Status.LastError!.Message, StringComparison.Ordinal);
            Assert.False(await status.WaitForOkAsync(Timeout.InfiniteTimeSpan, Cancellation));
            Assert.Equal("-1 the default: client not ready", client.EvaluateAsText("a"));
            Clock.Advance(await WaitForRefusedRetryAsync());
        }

        Assert.Contains(Logs.GetSnapshot(), log => log.Level == LogLevel.Error);

        // A network error does not change the state either.
        (await Server.AcceptAsync()).Abort();
        Clock.Advance(await Clock.WaitForTimerAsync(delay => delay.TotalSeconds is > 2 and < 9));
        Assert.Equal(UpdateState.Off, status.Status.State);

        await (await Server.AcceptAsync()).AnswerAsync(MessageJson.Full(new FlagJson("a")));
        await WaitForStateAsync(client, UpdateState.Ok);
        Assert.Equal("1 on: fall through all rules", client.EvaluateAsText("a"));
    }

    [Fact]
    public async Task A_client_that_is_refused_later_keeps_its_data_and_stays_Off_after_DisposeAsync()
    {
        var (client, connection) = await ConnectAsync(new FlagJson("a"));
        await connection.CloseAsync(4003);
        await WaitForStateAsync(client, UpdateState.Off);
        Assert.Equal("1 on: fall through all rules", client.EvaluateAsText("a"));

        await WaitForRefusedRetryAsync();
        await client.DisposeAsync();
        await AssertNoMoreAttemptsAsync();
        Assert.Equal(UpdateState.Off, client.UpdateStatusProvider.Status.State);
    }

    [Fact]
    public async Task A_refusal_is_detected_when_the_connection_is_aborted_immediately()
    {
        // Real servers close the connection while the client is about to send its request.
        Server.OnConnect = async context =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            await socket.CloseOutputAsync((WebSocketCloseStatus)4003, null, Cancellation);
            return true;
        };
        for (var i = 0; i < 25; i++)
            await WaitForStateAsync(Connect(), UpdateState.Off);

        Assert.Equal(25, Server.Attempts);
    }

    [Fact]
    public async Task DisposeAsync_closes_the_connection_and_does_not_reconnect()
    {
        var (client, connection) = await ConnectAsync(new FlagJson("a"));
        await client.DisposeAsync();

        Assert.Equal(WebSocketCloseStatus.NormalClosure, await connection.Ended);
        Assert.Equal(UpdateState.Off, client.UpdateStatusProvider.Status.State);
        Assert.Null(client.UpdateStatusProvider.Status.LastError);
        Assert.Equal("1 on: fall through all rules", client.EvaluateAsText("a"));
        await AssertNoMoreAttemptsAsync();
    }

    [Fact]
    public async Task A_client_can_be_disposed_while_it_waits_to_reconnect()
    {
        var (client, connection) = await ConnectAsync(new FlagJson("a"));
        connection.Abort();
        await Clock.WaitForRetryAsync(1);
        await client.DisposeAsync().AsTask().WaitAsync(ScriptedServer.Deadline, Cancellation);

        Assert.Equal(UpdateState.Off, client.UpdateStatusProvider.Status.State);
        await AssertNoMoreAttemptsAsync();
    }

    [Fact]
    public async Task A_ping_is_sent_every_ten_seconds()
    {
        var (client, connection) = await ConnectAsync();
        for (var i = 0; i < 12; i++)
            await PingPongAsync(client, connection);

        Assert.Equal(1, Server.Attempts);
    }

    [Fact]
    public async Task Ping_interval_is_that_of_the_options()
    {
        Connect(options => options.Streaming.PingInterval = TimeSpan.FromSeconds(3));
        var connection = await Server.AcceptAsync();
        await connection.ReceiveAsync();
        Clock.Advance(await Clock.WaitForTimerAsync(delay => delay == TimeSpan.FromSeconds(3)));

        Assert.Equal("""{"messageType":"ping","data":null}""", await connection.ReceiveAsync());
    }

    [Fact]
    public async Task A_connection_without_messages_for_three_ping_intervals_is_replaced()
    {
        var (client, connection) = await ConnectAsync(new FlagJson("a"));
        for (var i = 0; i < 2; i++)
        {
            await Clock.PassPingIntervalAsync();
            await connection.ReceiveAsync();
        }

        Assert.Equal(UpdateState.Ok, client.UpdateStatusProvider.Status.State);
        await Clock.PassPingIntervalAsync();
        await WaitForStateAsync(client, UpdateState.Interrupted);
        var error = client.UpdateStatusProvider.Status.LastError!;
        Assert.EndsWith(": no message from the server for 30 s", error.Message, StringComparison.Ordinal);
        await connection.Ended;

        await Clock.PassRetryDelayAsync();
        await (await Server.AcceptAsync()).AnswerAsync(MessageJson.Full());
        await WaitForStateAsync(client, UpdateState.Ok);
    }

    [Fact]
    public async Task Delays_between_attempts_double_and_are_reset_after_a_minute_of_success()
    {
        var client = Connect();
        foreach (var bound in new[] { 1, 2, 4, 8 })
        {
            (await Server.AcceptAsync()).Abort();
            await Clock.PassRetryDelayAsync(bound);
        }

        // A success that is too short to reset the delay.
        var connection = await Server.AcceptAsync();
        await connection.AnswerAsync(MessageJson.Full());
        await WaitForStateAsync(client, UpdateState.Ok);
        connection.Abort();
        await Clock.PassRetryDelayAsync(16);

        connection = await Server.AcceptAsync();
        await connection.AnswerAsync(MessageJson.Full());
        await WaitForStateAsync(client, UpdateState.Ok);
        for (var i = 0; i < 6; i++)
            await PingPongAsync(client, connection);

        connection.Abort();
        await WaitForStateAsync(client, UpdateState.Interrupted);
        await Clock.PassRetryDelayAsync(1);
        await Server.AcceptAsync();
    }

    /// <summary>Advances the clock to the next ping and responds to the ping.</summary>
    private async Task PingPongAsync(FfcClient client, ServerConnection connection)
    {
        await Clock.PassPingIntervalAsync();
        Assert.Equal("""{"messageType":"ping","data":null}""", await connection.ReceiveAsync());
        await connection.SendAsync("""{"messageType":"pong","data":null}""");

        // The receipt of a pong is not observable; that of the next message is.
        var now = Clock.GetUtcNow().ToUnixTimeMilliseconds();
        await WaitForChangeAsync(client, () => connection.SendAsync(MessageJson.Patch(new FlagJson("tick", now))));
    }

    private Task<TimeSpan> WaitForRefusedRetryAsync() => Clock.WaitForTimerAsync(delay => delay.TotalMinutes is >= 4 and <= 6);

    /// <summary>Advances the clock by an hour in which no connection attempt may occur.</summary>
    private async Task AssertNoMoreAttemptsAsync()
    {
        var attempts = Server.Attempts;
        for (var i = 0; i < 60; i++)
            Clock.Advance(TimeSpan.FromMinutes(1));

        // Earlier attempts would arrive before that of a new client.
        await using var other = new FfcClient(Options());
        await (await Server.AcceptAsync()).ReceiveAsync();
        Assert.Equal(attempts + 1, Server.Attempts);
    }
}
