using System.Text;
using Ffc.Sdk.Flags;
using Ffc.Sdk.Internal;
using Ffc.Sdk.Protocol;
using Ffc.Sdk.Streaming;
using Ffc.Sdk.Tests.TestData;
using Ffc.Tests;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ffc.Sdk.Tests.Streaming;

/// <summary>When a connection counts as alive, and how long the client waits for the answer to a request for data.</summary>
public sealed class LivenessTests : StreamTest
{
    private const string Pong = """{"messageType":"pong","data":null}""";

    [Fact]
    public async Task A_large_full_on_a_slow_line_arrives_although_it_takes_longer_than_three_ping_intervals()
    {
        const int BytesPerSecond = 120_000;
        var name = new string('x', 29_900); // Four times in a flag.
        var message = Encoding.UTF8.GetBytes(MessageJson.Full(Enumerable.Range(0, 100).Select(i => new FlagJson($"{i} {name}"))));
        var received = new TaskCompletionSource<DataSync>(TaskCreationOptions.RunContinuationsAsynchronously);
        var connection = new StreamConnection(
            Options(),
            ServerProtocol.Parse(Clients.Secret),
            new AnswerTimeout(),
            requestingFull: () => { },
            new DataStore(NullLogger<DataStore>.Instance).PrepareMessage,
            received.SetResult);
        using var cts = new CancellationTokenSource();
        var running = connection.RunAsync(cts.Token);
        var server = await Server.AcceptAsync();
        await server.ReceiveAsync();

        Assert.InRange(message.Length, 11_900_000, 12_100_000);
        for (var sent = 0; sent < message.Length; sent += BytesPerSecond)
        {
            var length = Math.Min(BytesPerSecond, message.Length - sent);
            var before = connection.Monitor.ReceivedBytes;
            await server.SendAsync(message.AsMemory(sent, length), isEnd: sent + length == message.Length);
            await Eventually.Holds(() => connection.Monitor.ReceivedBytes >= before + length);
            Clock.Advance(TimeSpan.FromSeconds(1));
            Assert.False(running.IsCompleted);
        }

        Assert.Equal(100, (await received.Task.WaitAsync(ScriptedServer.Deadline, Cancellation)).Flags.Count);
        await cts.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task A_request_without_an_answer_is_repeated_on_a_new_connection_with_a_doubled_limit()
    {
        // No pings, whose timers could be mistaken for those of the retries.
        var client = Connect(options => options.Streaming.PingInterval = TimeSpan.FromHours(1));
        var retryBound = 1;
        foreach (var limit in new[] { 15, 30, 60, 120, 120 })
        {
            var connection = await Server.AcceptAsync();
            await connection.ReceiveAsync();
            await connection.SendAsync(Pong);
            await connection.SendAsync(Pong);
            var timer = await Clock.WaitForTimerAsync(delay => delay == TimeSpan.FromSeconds(limit));
            Clock.Advance(timer - TimeSpan.FromSeconds(0.1));
            Assert.Equal(retryBound == 1, client.UpdateStatusProvider.Status.LastError is null);
            Clock.Advance(TimeSpan.FromSeconds(0.1));
            Clock.Advance(await Clock.WaitForRetryAsync(retryBound));

            Assert.EndsWith(
                $": the server did not answer the request for data within {DurationText.Format(TimeSpan.FromSeconds(limit))}",
                client.UpdateStatusProvider.Status.LastError!.Message,
                StringComparison.Ordinal);
            retryBound *= 2;
        }

        // An answer resets the limit.
        var answering = await Server.AcceptAsync();
        await answering.AnswerAsync(MessageJson.Full());
        await WaitForStateAsync(client, UpdateState.Ok);
        answering.Abort();
        await Clock.PassRetryDelayAsync(retryBound);
        await (await Server.AcceptAsync()).ReceiveAsync();
        await Clock.WaitForTimerAsync(delay => delay == TimeSpan.FromSeconds(15));
    }

    [Fact]
    public async Task The_limit_is_reset_before_the_answer_is_applied()
    {
        // Whoever learns of the answer may end the connection at once.
        var timeout = new AnswerTimeout();
        timeout.Expired();
        var limit = new TaskCompletionSource<TimeSpan>(TaskCreationOptions.RunContinuationsAsynchronously);
        var connection = new StreamConnection(
            Options(),
            ServerProtocol.Parse(Clients.Secret),
            timeout,
            requestingFull: () => { },
            new DataStore(NullLogger<DataStore>.Instance).PrepareMessage,
            _ => limit.SetResult(timeout.Current));
        using var cts = new CancellationTokenSource();
        var running = connection.RunAsync(cts.Token);
        await (await Server.AcceptAsync()).AnswerAsync(MessageJson.Full());

        Assert.Equal(TimeSpan.FromSeconds(15), await limit.Task.WaitAsync(ScriptedServer.Deadline, Cancellation));
        await cts.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task A_server_that_works_on_a_request_may_leave_pings_unanswered()
    {
        var interval = TimeSpan.FromSeconds(2);
        var client = Connect(options => options.Streaming.PingInterval = interval);
        var connection = await Server.AcceptAsync();
        await connection.ReceiveAsync();
        for (var i = 0; i < 7; i++)
            Clock.Advance(await Clock.WaitForTimerAsync(delay => delay == interval));
        await connection.SendAsync(MessageJson.Full(new FlagJson("a")));
        await WaitForStateAsync(client, UpdateState.Ok);

        Assert.Equal("1 on: fall through all rules", client.EvaluateAsText("a"));
        Assert.Equal(1, Server.Attempts);
    }

    [Fact]
    public async Task An_answer_that_stops_arriving_ends_the_connection()
    {
        var client = Connect();
        var connection = await Server.AcceptAsync();
        await connection.ReceiveAsync();
        await connection.SendAsync(Encoding.UTF8.GetBytes(new string(' ', 1_000)), isEnd: false);
        await Clock.WaitForTimerAsync(delay => delay == TimeSpan.FromSeconds(15));
        await Eventually.Holds(
            () => client.UpdateStatusProvider.Status.LastError is not null, () => Clock.Advance(TimeSpan.FromSeconds(1)));

        Assert.Matches(": no message from the server for 3[0-9.]+ s$", client.UpdateStatusProvider.Status.LastError!.Message);
    }

    [Fact]
    public async Task A_handler_that_blocks_does_not_end_the_connection()
    {
        var (client, connection) = await ConnectAsync(new FlagJson("a"));
        using var released = new ManualResetEventSlim();
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        client.FlagsChanged += (_, _) =>
        {
            entered.TrySetResult();
            released.Wait(Cancellation);
        };
        await connection.SendAsync(MessageJson.Patch(new FlagJson("a", 2)));
        await entered.Task.WaitAsync(ScriptedServer.Deadline, Cancellation);
        for (var i = 0; i < 6; i++)
            await Clock.PassPingIntervalAsync();
        await connection.ReceiveAsync();
        released.Set();
        await WaitForChangeAsync(client, () => connection.SendAsync(MessageJson.Patch(new FlagJson("b"))));

        Assert.Equal((UpdateState.Ok, 1), (client.UpdateStatusProvider.Status.State, Server.Attempts));
    }
}
