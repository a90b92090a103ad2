using Ffc.Sdk.Flags;
using Ffc.Sdk.Protocol;
using Ffc.Sdk.Streaming;
using Ffc.Sdk.Tests.TestData;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ffc.Sdk.Tests.Streaming;

/// <summary>Requests for the full data on an open connection.</summary>
public sealed class ResyncTests : StreamTest
{
    private static readonly TimeSpan Never = TimeSpan.FromHours(1);

    [Fact]
    public async Task All_data_is_requested_again_after_the_resync_interval()
    {
        var client = Connect(options =>
        {
            options.Streaming.PingInterval = Never;
            options.Streaming.ResyncInterval = TimeSpan.FromMinutes(1);
        });
        var connection = await Server.AcceptAsync();
        await connection.AnswerAsync(MessageJson.Full(new FlagJson("a"), new FlagJson("b")));
        for (var version = 2; version < 5; version++)
        {
            Clock.Advance(await Clock.WaitForTimerAsync(delay => delay.TotalSeconds is >= 48 and <= 72));
            Assert.Equal("a", await WaitForChangeAsync(client, () =>
                connection.AnswerAsync(MessageJson.Full(new FlagJson("a", version).Serves($"{version}"), new FlagJson("b")))));
        }

        // The server does not have the item of this patch any more when it answers.
        await WaitForChangeAsync(client, () => connection.SendAsync(MessageJson.Patch(new FlagJson("c", 99))));
        Clock.Advance(await Clock.WaitForTimerAsync(delay => delay.TotalSeconds is >= 48 and <= 72));
        Assert.Equal("b c", await WaitForChangeAsync(client, () =>
            connection.AnswerAsync(MessageJson.Full(new FlagJson("a", 4).Serves("4")))));
        Assert.Equal(1, Server.Attempts);
    }

    [Fact]
    public async Task Resync_interval_is_ten_minutes_by_default()
    {
        await ConnectAsync();

        await Clock.WaitForTimerAsync(delay => delay.TotalMinutes is >= 8 and <= 12);
    }

    [Fact]
    public async Task A_resync_without_an_answer_ends_the_connection()
    {
        var client = Connect(options =>
        {
            options.Streaming.PingInterval = Never;
            options.Streaming.ResyncInterval = TimeSpan.FromMinutes(1);
        });
        await (await Server.AcceptAsync()).AnswerAsync(MessageJson.Full());
        Clock.Advance(await Clock.WaitForTimerAsync(delay => delay.TotalSeconds is >= 48 and <= 72));
        Clock.Advance(await Clock.WaitForTimerAsync(delay => delay == TimeSpan.FromSeconds(15)));
        await WaitForStateAsync(client, UpdateState.Interrupted);

        Assert.EndsWith(
            "did not answer the request for data within 15 s",
            client.UpdateStatusProvider.Status.LastError!.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Data_is_not_requested_again_when_the_interval_is_zero()
    {
        var client = Connect(options =>
        {
            options.Streaming.PingInterval = Never;
            options.Streaming.ResyncInterval = TimeSpan.Zero;
        });
        var connection = await Server.AcceptAsync();
        await connection.AnswerAsync(MessageJson.Full());
        await WaitForStateAsync(client, UpdateState.Ok);
        Clock.Advance(await Clock.WaitForTimerAsync(delay => delay == Never));

        Assert.Equal("""{"messageType":"ping","data":null}""", await connection.ReceiveAsync());
    }

    [Fact]
    public async Task RequestFullAsync_returns_true_after_data_that_was_requested_later_was_applied()
    {
        var applied = 0;
        await using var stream = Stream(_ => Interlocked.Increment(ref applied));
        var connection = await Server.AcceptAsync();
        await connection.ReceiveAsync();

        // The first request was sent before.
        var first = stream.RequestFullAsync(Cancellation);
        var second = stream.RequestFullAsync(Cancellation);
        await connection.SendAsync(MessageJson.Full());
        await connection.ReceiveAsync();
        Assert.False(first.IsCompleted || second.IsCompleted);
        await connection.SendAsync(MessageJson.Patch());
        await connection.SendAsync(MessageJson.Full());

        Assert.True(await first.WaitAsync(ScriptedServer.Deadline, Cancellation));
        Assert.True(await second.WaitAsync(ScriptedServer.Deadline, Cancellation));
        Assert.Equal(3, applied);

        var third = stream.RequestFullAsync(Cancellation);
        await connection.AnswerAsync(MessageJson.Full());
        Assert.True(await third.WaitAsync(ScriptedServer.Deadline, Cancellation));
    }

    [Fact]
    public async Task RequestFullAsync_returns_false_when_the_connection_ends()
    {
        await using var stream = Stream(_ => { });
        var connection = await Server.AcceptAsync();
        await connection.ReceiveAsync();
        var request = stream.RequestFullAsync(Cancellation);
        connection.Abort();
        Assert.False(await request.WaitAsync(ScriptedServer.Deadline, Cancellation));
        Assert.False(await stream.RequestFullAsync(Cancellation).WaitAsync(ScriptedServer.Deadline, Cancellation));
    }

    [Fact]
    public async Task RequestFullAsync_can_be_cancelled()
    {
        await using var stream = Stream(_ => { });
        await (await Server.AcceptAsync()).ReceiveAsync();
        using var cts = new CancellationTokenSource();
        var request = stream.RequestFullAsync(cts.Token);
        await cts.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
    }

    private StreamingSynchronizer Stream(Action<DataSync> apply)
    {
        var status = new UpdateStatusProvider(Clock, NullLogger<UpdateStatusProvider>.Instance);
        var store = new DataStore(NullLogger<DataStore>.Instance);
        return new StreamingSynchronizer(
            Options(),
            ServerProtocol.Parse(Clients.Secret),
            status,
            store.RequestingFull,
            store.PrepareMessage,
            apply,
            () => true);
    }
}
