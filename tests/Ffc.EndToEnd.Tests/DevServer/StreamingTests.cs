using System.Text;
using System.Text.Json;
using Ffc.Sdk.Protocol;
using Ffc.Tests;

namespace Ffc.EndToEnd.Tests.DevServer;

public class StreamingTests
{
    private const string Ping = """{"messageType":"ping","data":null}""";
    private const string Pong = """{"messageType":"pong","data":null}""";

    [Fact]
    public async Task A_client_that_has_nothing_gets_everything()
    {
        await using var test = await TestServer.StartAsync(FlagsText.Full(
            [FlagsText.Flag("a", 100), FlagsText.Flag("b", 200)], [FlagsText.Segment("s", 150, "user-1")]));
        using var client = await test.ConnectAsync();

        var full = await client.SyncAsync();

        Assert.Equal(Wire.Full, full.EventType);
        Assert.Equal(["a", "b"], full.FlagKeys);
        Assert.Equal([100, 200], full.Flags.Select(SyncFrame.Version));
        Assert.Equal("user-1", Assert.Single(full.Segments).GetProperty("included")[0].GetString());
        Assert.Equal("é", full.Flags[0].GetProperty("unknownToTheServer")[1].GetString());
    }

    [Fact]
    public async Task A_client_that_has_data_gets_a_patch_of_what_is_newer()
    {
        await using var test = await TestServer.StartAsync(FlagsText.Full(
            [FlagsText.Flag("a", 100), FlagsText.Flag("b", 200)], [FlagsText.Segment("s", 100), FlagsText.Segment("t", 101)]));
        using var client = await test.ConnectAsync();

        var patch = await client.SyncAsync(100);

        Assert.Equal(Wire.Patch, patch.EventType);
        Assert.Equal(["b"], patch.FlagKeys);
        Assert.Equal("t", Assert.Single(patch.Segments).GetProperty("id").GetString());
        Assert.Empty((await client.SyncAsync(200)).Flags);
    }

    [Fact]
    public async Task What_is_sent_reads_as_the_client_library_reads_it()
    {
        await using var test = await TestServer.StartAsync();
        using var client = await test.ConnectAsync();
        await client.AskAsync(0);

        var data = ServerMessage.Read(Encoding.UTF8.GetBytes(await client.ReceiveAsync()));

        Assert.NotNull(data);
        Assert.True(data.IsFull);
        Assert.Equal(["FF__1__1__1__a", "FF__1__1__1__b"], data.Flags.Select(flag => flag.Id));
        Assert.Empty(data.InvalidItems);
    }

    [Theory]
    [InlineData("""{"messageType":"something-new","data":{"timestamp":0}}""")]
    [InlineData("""{"data":{"timestamp":0}}""")]
    [InlineData("""{"messageType":7}""")]
    [InlineData("[]")]
    public async Task A_ping_is_answered_and_what_is_unknown_is_not(string unknown)
    {
        await using var test = await TestServer.StartAsync();
        using var client = await test.ConnectAsync();

        await client.SendAsync(unknown);
        await client.SendAsync(Ping);

        Assert.Equal(Pong, await client.ReceiveAsync());
    }

    [Theory]
    [InlineData("no JSON")]
    [InlineData("""{"messageType":"ping" """)]
    [InlineData("""{"messageType":"\ud800"}""")]
    [InlineData("")]
    public async Task A_frame_that_is_not_JSON_closes_the_connection(string frame)
    {
        await using var test = await TestServer.StartAsync();
        using var client = await test.ConnectAsync();

        await client.SendAsync(frame);

        Assert.Equal(1007, (await client.ReceiveCloseAsync()).Code);
        await Eventually.Is(() => test.Server.Connections, count => count == 0);
    }

    [Fact]
    public async Task A_frame_may_have_64_KiB_and_no_more()
    {
        await using var test = await TestServer.StartAsync();
        using var client = await test.ConnectAsync();

        await client.SendAsync(Ping.PadRight(64 * 1024));
        Assert.Equal(Pong, await client.ReceiveAsync());

        await client.SendAsync(Ping.PadRight((64 * 1024) + 1));
        Assert.Equal(1009, (await client.ReceiveCloseAsync()).Code);
    }

    [Fact]
    public async Task A_frame_that_is_far_too_big_is_not_kept_either()
    {
        await using var test = await TestServer.StartAsync();
        using var client = await test.ConnectAsync();

        await client.SendAsync(new string(' ', 4 * 1024 * 1024));

        Assert.Equal(1009, (await client.ReceiveCloseAsync()).Code);
    }

    [Fact]
    public async Task Frames_from_many_sides_at_once_arrive_whole_and_all()
    {
        const int Rounds = 20;
        await using var test = await TestServer.StartAsync();
        using var client = await test.ConnectAsync();
        await client.SyncAsync();

        var pushing = Task.WhenAll(Enumerable.Range(0, 3).Select(side => Task.Run(
            () =>
            {
                for (var i = 0; i < Rounds; i++)
                    test.Server.Push($$"""{"side":{{side}},"round":{{i}},"fill":"{{new string('x', 50_000)}}"}""");
            },
            TestContext.Current.CancellationToken)));
        var received = new List<string>();
        while (received.Count < 3 * Rounds)
        {
            var frame = JsonDocument.Parse(await client.ReceiveAsync()).RootElement;
            received.Add($"{frame.GetProperty("side")}/{frame.GetProperty("round")}");
        }

        await pushing;
        Assert.Equal(3 * Rounds, received.Distinct().Count());
    }

    [Fact]
    public async Task A_client_that_does_not_read_is_dropped_and_keeps_nobody_waiting()
    {
        await using var test = await TestServer.StartAsync();
        using var stuck = await test.ConnectAsync();
        using var good = await test.ConnectAsync();
        await good.SyncAsync();
        await Eventually.Is(() => test.Server.Connections, count => count == 2);
        var frame = new string('x', 1024 * 1024);

        // What the network takes before it stops is not known; two hundred megabytes is more than that and the queue.
        for (var i = 0; test.Server.Connections == 2; i++)
        {
            Assert.InRange(i, 0, 200);
            test.Server.Push(frame);
            Assert.Equal(frame.Length, (await good.ReceiveAsync()).Length);
        }

        Assert.Equal(1, test.Server.Connections);
        Assert.Contains(test.Log.Warnings, line => line.Contains("does not keep up", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_client_that_leaves_is_forgotten()
    {
        await using var test = await TestServer.StartAsync();
        using var client = await test.ConnectAsync();
        await client.SyncAsync();
        Assert.Equal(1, test.Server.Connections);

        await client.CloseAsync();

        await Eventually.Is(() => test.Server.Connections, count => count == 0);
    }

    [Fact]
    public async Task Connections_can_be_cut_without_a_word()
    {
        await using var test = await TestServer.StartAsync();
        using var client = await test.ConnectAsync();
        await client.SyncAsync();

        test.Server.DropConnections();

        await Assert.ThrowsAsync<System.Net.WebSockets.WebSocketException>(client.ReceiveCloseAsync);
        await Eventually.Is(() => test.Server.Connections, count => count == 0);
    }

    [Fact]
    public async Task A_server_that_stops_takes_leave_of_all_clients()
    {
        await using var test = await TestServer.StartAsync();
        using var first = await test.ConnectAsync();
        using var second = await test.ConnectAsync();
        await first.SyncAsync();
        await second.SyncAsync();

        var stopping = test.Server.DisposeAsync();

        Assert.Equal(1001, (await first.ReceiveCloseAsync()).Code);
        Assert.Equal(1001, (await second.ReceiveCloseAsync()).Code);
        await stopping;
    }

    [Fact]
    public async Task A_client_that_does_not_answer_the_close_is_forgotten_all_the_same()
    {
        await using var test = await TestServer.StartAsync();
        using var client = await test.ConnectAsync();
        await client.SendAsync("no JSON");

        await Eventually.Is(() => test.Server.Connections, count => count == 1);
        await Eventually.Is(() => test.Server.Connections, count => count == 0);
    }
}
