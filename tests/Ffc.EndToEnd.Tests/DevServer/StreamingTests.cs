using System.Text;
using System.Text.Json;
using Ffc.Sdk.Protocol;
using Ffc.Sdk.Protocol.Ffc;
using Ffc.Tests;

namespace Ffc.EndToEnd.Tests.DevServer;

public class StreamingTests
{
    private const string Ping = """{"messageType":"ping","data":null}""";
    private const string Pong = """{"messageType":"pong","data":null}""";

    [Fact]
    public async Task A_client_without_data_receives_all_data()
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
    public async Task A_client_with_data_receives_a_patch_of_newer_items()
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
    public async Task The_SDK_reads_the_messages_of_the_server()
    {
        await using var test = await TestServer.StartAsync();
        using var client = await test.ConnectAsync();
        await client.RequestAsync(0);

        var data = FfcWireFormat.Instance.ReadMessage(Encoding.UTF8.GetBytes(await client.ReceiveAsync()));

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
    public async Task A_ping_returns_a_pong_and_unknown_messages_are_ignored(string unknown)
    {
        await using var test = await TestServer.StartAsync();
        using var client = await test.ConnectAsync();

        await client.SendAsync(unknown);
        await client.SendAsync(Ping);

        Assert.Equal(Pong, await client.ReceiveAsync());
    }

    [Theory]
    [InlineData("not JSON")]
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
    public async Task A_frame_has_at_most_64_KiB()
    {
        await using var test = await TestServer.StartAsync();
        using var client = await test.ConnectAsync();

        await client.SendAsync(Ping.PadRight(64 * 1024));
        Assert.Equal(Pong, await client.ReceiveAsync());

        await client.SendAsync(Ping.PadRight((64 * 1024) + 1));
        Assert.Equal(1009, (await client.ReceiveCloseAsync()).Code);
    }

    [Fact]
    public async Task A_frame_much_larger_than_64_KiB_closes_the_connection()
    {
        await using var test = await TestServer.StartAsync();
        using var client = await test.ConnectAsync();

        await client.SendAsync(new string(' ', 4 * 1024 * 1024));

        Assert.Equal(1009, (await client.ReceiveCloseAsync()).Code);
    }

    [Fact]
    public async Task Concurrent_pushes_arrive_complete()
    {
        const int Rounds = 20;
        await using var test = await TestServer.StartAsync();
        using var client = await test.ConnectAsync();
        await client.SyncAsync();

        var pushing = Task.WhenAll(Enumerable.Range(0, 3).Select(sender => Task.Run(
            () =>
            {
                for (var i = 0; i < Rounds; i++)
                    test.Server.Push($$"""{"sender":{{sender}},"round":{{i}},"fill":"{{new string('x', 50_000)}}"}""");
            },
            TestContext.Current.CancellationToken)));
        var received = new List<string>();
        while (received.Count < 3 * Rounds)
        {
            var frame = JsonDocument.Parse(await client.ReceiveAsync()).RootElement;
            received.Add($"{frame.GetProperty("sender")}/{frame.GetProperty("round")}");
        }

        await pushing;
        Assert.Equal(3 * Rounds, received.Distinct().Count());
    }

    [Fact]
    public async Task A_client_that_does_not_read_is_dropped_and_does_not_delay_others()
    {
        await using var test = await TestServer.StartAsync();
        using var slow = await test.ConnectAsync();
        using var good = await test.ConnectAsync();
        await good.SyncAsync();
        await Eventually.Is(() => test.Server.Connections, count => count == 2);
        var frame = new string('x', 1024 * 1024);

        // 200 MB exceed the send queue and the network buffers, whose size is unknown.
        for (var i = 0; test.Server.Connections == 2; i++)
        {
            Assert.InRange(i, 0, 200);
            test.Server.Push(frame);
            Assert.Equal(frame.Length, (await good.ReceiveAsync()).Length);
        }

        Assert.Equal(1, test.Server.Connections);
        Assert.Contains(test.Log.Warnings, line => line.Contains("reads too slowly", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_closed_connection_is_removed()
    {
        await using var test = await TestServer.StartAsync();
        using var client = await test.ConnectAsync();
        await client.SyncAsync();
        Assert.Equal(1, test.Server.Connections);

        await client.CloseAsync();

        await Eventually.Is(() => test.Server.Connections, count => count == 0);
    }

    [Fact]
    public async Task DropConnections_aborts_without_a_close_frame()
    {
        await using var test = await TestServer.StartAsync();
        using var client = await test.ConnectAsync();
        await client.SyncAsync();

        test.Server.DropConnections();

        await Assert.ThrowsAsync<System.Net.WebSockets.WebSocketException>(client.ReceiveCloseAsync);
        await Eventually.Is(() => test.Server.Connections, count => count == 0);
    }

    [Fact]
    public async Task A_stopping_server_closes_all_connections()
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
    public async Task A_connection_is_removed_when_the_client_sends_no_close_frame()
    {
        await using var test = await TestServer.StartAsync();
        using var client = await test.ConnectAsync();
        await client.SendAsync("not JSON");

        await Eventually.Is(() => test.Server.Connections, count => count == 1);
        await Eventually.Is(() => test.Server.Connections, count => count == 0);
    }
}
