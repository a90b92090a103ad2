using System.Net.WebSockets;
using Ffc.Sdk.Tests.TestData;
using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Tests.Streaming;

public sealed class ConnectionLossTests : StreamTest
{
    [Theory]
    [InlineData(1000)]
    [InlineData(1001)]
    [InlineData(1006)] // no close frame at all
    [InlineData(1009)]
    [InlineData(1011)]
    [InlineData(1012)]
    [InlineData(4000)]
    [InlineData(4002)]
    [InlineData(4004)]
    public async Task A_connection_that_ends_is_made_again_and_the_data_serves_meanwhile(int code)
    {
        var (client, first) = await ConnectAsync(new FlagJson("a"));
        if (code == 1006)
            first.Abort();
        else
            await first.CloseAsync(code);
        await IsAsync(client, UpdateState.Interrupted);
        Assert.Equal("1 on: fall through all rules", client.Ask("a"));
        Assert.NotNull(client.UpdateStatusProvider.LastError);
        if (code != 1006)
            Assert.Contains($"close code {code}", client.UpdateStatusProvider.LastError.Message, StringComparison.Ordinal);

        await Clock.PassBackOffAsync();
        await (await Server.AcceptAsync()).AnswerAsync(MessageJson.Full(new FlagJson("a", 2).Disabled()));
        await IsAsync(client, UpdateState.OK);
        Assert.Equal("2 off: flag off", client.Ask("a"));
    }

    [Fact]
    public async Task A_server_that_refuses_at_once_is_not_asked_again()
    {
        var client = Connect();
        var connection = await Server.AcceptAsync();
        await connection.CloseAsync(4003);
        await IsAsync(client, UpdateState.Off);
        await AssertNoMoreAttemptsAsync();

        Assert.Contains("4003", client.UpdateStatusProvider.LastError!.Message, StringComparison.Ordinal);
        Assert.Contains("Ffc:EnvSecret", client.UpdateStatusProvider.LastError.Message, StringComparison.Ordinal);
        Assert.False(await client.UpdateStatusProvider.WaitForOKStateAsync(Timeout.InfiniteTimeSpan, Cancellation));
        Assert.Equal("-1 the default: client not ready", client.Ask("a"));
        Assert.Contains(Logs.GetSnapshot(), log => log.Level == LogLevel.Error);
    }

    [Fact]
    public async Task A_server_that_refuses_later_is_not_asked_again_and_the_data_goes_on_serving()
    {
        var (client, connection) = await ConnectAsync(new FlagJson("a"));
        await connection.CloseAsync(4003);
        await IsAsync(client, UpdateState.Off);
        await AssertNoMoreAttemptsAsync();

        Assert.Equal("1 on: fall through all rules", client.Ask("a"));
    }

    [Fact]
    public async Task A_refusal_is_heard_however_quickly_it_comes()
    {
        // As servers do: goodbye, and the line is cut while the client is still about to ask for its data.
        Server.Instead = async context =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            await socket.CloseOutputAsync((WebSocketCloseStatus)4003, null, Cancellation);
            return true;
        };
        for (var i = 0; i < 25; i++)
            await IsAsync(Connect(), UpdateState.Off);

        Assert.Equal(25, Server.Attempts);
    }

    [Fact]
    public async Task Closing_the_client_says_goodbye_and_makes_no_new_connection()
    {
        var (client, connection) = await ConnectAsync(new FlagJson("a"));
        await client.DisposeAsync();

        Assert.Equal(WebSocketCloseStatus.NormalClosure, await connection.Ended);
        Assert.Equal(UpdateState.Off, client.UpdateStatusProvider.State);
        Assert.Null(client.UpdateStatusProvider.LastError);
        Assert.Equal("1 on: fall through all rules", client.Ask("a"));
        await AssertNoMoreAttemptsAsync();
    }

    [Fact]
    public async Task A_client_can_be_closed_while_it_waits_to_connect_again()
    {
        var (client, connection) = await ConnectAsync(new FlagJson("a"));
        connection.Abort();
        await Clock.WaitForBackOffAsync(1);
        await client.DisposeAsync().AsTask().WaitAsync(ScriptedServer.Deadline, Cancellation);

        Assert.Equal(UpdateState.Off, client.UpdateStatusProvider.State);
        await AssertNoMoreAttemptsAsync();
    }

    [Fact]
    public async Task A_ping_goes_out_every_ten_seconds()
    {
        var (client, connection) = await ConnectAsync();
        for (var i = 0; i < 12; i++)
            await PingPongAsync(client, connection);

        Assert.Equal(1, Server.Attempts);
    }

    [Fact]
    public async Task The_time_between_pings_is_that_of_the_options()
    {
        Connect(options => options.Streaming.PingInterval = TimeSpan.FromSeconds(3));
        var connection = await Server.AcceptAsync();
        await connection.ReceiveAsync();
        Clock.Advance(await Clock.WaitForAsync(delay => delay == TimeSpan.FromSeconds(3)));

        Assert.Equal("""{"messageType":"ping","data":null}""", await connection.ReceiveAsync());
    }

    [Fact]
    public async Task A_server_that_is_silent_for_three_pings_is_given_up()
    {
        var (client, connection) = await ConnectAsync(new FlagJson("a"));
        for (var i = 0; i < 2; i++)
        {
            await Clock.PassPingAsync();
            await connection.ReceiveAsync();
        }

        Assert.Equal(UpdateState.OK, client.UpdateStatusProvider.State);
        await Clock.PassPingAsync();
        await IsAsync(client, UpdateState.Interrupted);
        Assert.EndsWith(": nothing came from the server for 30 s", client.UpdateStatusProvider.LastError!.Message, StringComparison.Ordinal);
        await connection.Ended;

        await Clock.PassBackOffAsync();
        await (await Server.AcceptAsync()).AnswerAsync(MessageJson.Full());
        await IsAsync(client, UpdateState.OK);
    }

    [Fact]
    public async Task The_delays_between_attempts_double_and_begin_anew_after_a_good_minute()
    {
        var client = Connect();
        foreach (var bound in new[] { 1, 2, 4, 8 })
        {
            (await Server.AcceptAsync()).Abort();
            await Clock.PassBackOffAsync(bound);
        }

        // Good, but not for long.
        var connection = await Server.AcceptAsync();
        await connection.AnswerAsync(MessageJson.Full());
        await IsAsync(client, UpdateState.OK);
        connection.Abort();
        await Clock.PassBackOffAsync(16);

        connection = await Server.AcceptAsync();
        await connection.AnswerAsync(MessageJson.Full());
        await IsAsync(client, UpdateState.OK);
        for (var i = 0; i < 6; i++)
            await PingPongAsync(client, connection);

        connection.Abort();
        await IsAsync(client, UpdateState.Interrupted);
        await Clock.PassBackOffAsync(1);
        await Server.AcceptAsync();
    }

    /// <summary>Lets the time to the next ping pass, and answers it.</summary>
    private async Task PingPongAsync(FfcClient client, ServerConnection connection)
    {
        await Clock.PassPingAsync();
        Assert.Equal("""{"messageType":"ping","data":null}""", await connection.ReceiveAsync());
        await connection.SendAsync("""{"messageType":"pong","data":null}""");
        // Nobody sees a pong being heard; what comes right behind it, one does.
        var now = Clock.GetUtcNow().ToUnixTimeMilliseconds();
        await ChangedByAsync(client, () => connection.SendAsync(MessageJson.Patch(new FlagJson("tick", now))));
    }

    /// <summary>Lets an hour pass in which nobody may come back.</summary>
    private async Task AssertNoMoreAttemptsAsync()
    {
        var attempts = Server.Attempts;
        for (var i = 0; i < 60; i++)
            Clock.Advance(TimeSpan.FromMinutes(1));

        // Whoever came now would come after those who wanted to come before.
        await using var other = new FfcClient(Options());
        await (await Server.AcceptAsync()).ReceiveAsync();
        Assert.Equal(attempts + 1, Server.Attempts);
    }
}
