using System.Text;
using Ffc.Sdk.Tests.Snapshots;
using Ffc.Sdk.Tests.TestData;
using Ffc.Tests;
using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Tests.Streaming;

public sealed class StreamedDataTests : StreamTest
{
    [Fact]
    public async Task What_the_server_pushes_is_in_force_and_told()
    {
        var client = Connect();
        var connection = await Server.AcceptAsync();
        Assert.False(client.Initialized);

        Assert.Equal("a b", await ChangedByAsync(client, () =>
            connection.AnswerAsync(MessageJson.Full(new FlagJson("a", 5), new FlagJson("b", 3)))));
        Assert.True(client.Initialized);
        Assert.Equal(
            new FlagDataInfo { Source = FlagDataSource.Stream, Version = 5, Since = Clock.GetUtcNow(), FlagCount = 2 },
            client.FlagData);
        Assert.Equal("1 on: fall through all rules", client.Ask("a"));
        await IsAsync(client, UpdateState.OK);

        Assert.Equal("b", await ChangedByAsync(client, () => connection.SendAsync(MessageJson.Patch(new FlagJson("b", 4).Disabled()))));
        Assert.Equal("2 off: flag off", client.Ask("b"));

        // Several at once, some of them older than the data as a whole.
        Assert.Equal("a b c", await ChangedByAsync(client, () => connection.SendAsync(
            MessageJson.Patch(new FlagJson("a", 9).Archived(), new FlagJson("b", 6), new FlagJson("c", 2)))));
        Assert.Equal("-1 the default: flag not found", client.Ask("a"));
        Assert.Equal("1 on: fall through all rules", client.Ask("b"));
        Assert.Equal("1 on: fall through all rules", client.Ask("c"));
    }

    [Fact]
    public async Task A_patch_that_comes_ahead_of_the_first_full_is_not_all_there_is()
    {
        var starting = FfcClient.StartAsync(Options(), Cancellation);
        var connection = await Server.AcceptAsync();
        await connection.ReceiveAsync();
        await connection.SendAsync(MessageJson.Patch(new FlagJson("b", 9)));
        // The answer to the ping comes after the patch was taken.
        await Clock.PassPingAsync();
        await connection.ReceiveAsync();
        await connection.SendAsync("""{"messageType":"pong","data":null}""");
        Assert.False(starting.IsCompleted);

        await connection.SendAsync(MessageJson.Full(new FlagJson("a")));
        await using var client = await starting.WaitAsync(ScriptedServer.Deadline, Cancellation);
        Assert.Equal("1 on: fall through all rules", client.Ask("a"));
        Assert.Equal("1 on: fall through all rules", client.Ask("b"));
    }

    [Fact]
    public async Task A_patch_that_comes_ahead_of_the_first_full_does_not_keep_a_snapshot_from_serving()
    {
        var reading = new TaskCompletionSource();
        var store = new MemorySnapshotStore { OnCall = _ => reading.Task };
        store.Put(SnapshotOf.Name, SnapshotOf.Items(new FlagJson("a", 3), new FlagJson("b", 3)));
        var client = Connect(options => options.SnapshotStore = store);
        var connection = await Server.AcceptAsync();
        await connection.ReceiveAsync();
        await connection.SendAsync(MessageJson.Patch(new FlagJson("b", 9).Disabled(), new FlagJson("odd").Set("ff.keyName", "")));
        await Eventually.Holds(() => Logs.GetSnapshot().Any(log => log.Message.Contains("__odd", StringComparison.Ordinal)));

        Assert.Equal("a b", await ChangedByAsync(client, () =>
        {
            reading.SetResult();
            return Task.CompletedTask;
        }));
        Assert.Equal(FlagDataSource.Snapshot, client.FlagData.Source);
        Assert.Equal("1 on: fall through all rules", client.Ask("a"));
        Assert.Equal("2 off: flag off", client.Ask("b"));
    }

    [Fact]
    public async Task After_a_gap_all_is_not_well_before_the_full_is_there()
    {
        var (client, first) = await ConnectAsync(new FlagJson("a"));
        first.Abort();
        await IsAsync(client, UpdateState.Interrupted);
        await Clock.PassBackOffAsync();
        var second = await Server.AcceptAsync();
        await second.ReceiveAsync();

        await ChangedByAsync(client, () => second.SendAsync(MessageJson.Patch(new FlagJson("b", 9))));
        Assert.Equal("1 on: fall through all rules", client.Ask("b"));
        Assert.Equal(UpdateState.Interrupted, client.UpdateStatusProvider.State);

        await second.SendAsync(MessageJson.Full(new FlagJson("a")));
        await IsAsync(client, UpdateState.OK);
        Assert.True(client.IsFlagKnown("b")); // the patch overtook the full
    }

    [Fact]
    public async Task The_newest_flag_archived_during_a_gap_is_gone_after_it_and_serves_until_then()
    {
        var (client, first) = await ConnectAsync(new FlagJson("a", 1), new FlagJson("newest", 9));
        first.Abort();
        await IsAsync(client, UpdateState.Interrupted);
        Assert.Equal("1 on: fall through all rules", client.Ask("newest"));

        await Clock.PassBackOffAsync();
        var second = await Server.AcceptAsync();
        Assert.Equal("newest", await ChangedByAsync(client, () => second.AnswerAsync(MessageJson.Full(new FlagJson("a", 1)))));

        Assert.False(client.IsFlagKnown("newest"));
        Assert.True(client.IsFlagKnown("a"));
        Assert.Equal(1, client.FlagData.Version);
    }

    [Theory]
    [InlineData("this is no JSON")]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("""{"messageType":"data-sync","data":{"featureFlags":[]}}""")]
    [InlineData("""{"messageType":"data-sync","data":{"eventType":"full"}}""")]
    [InlineData("""{"messageType":"data-sync","data":{"eventType":"full","featureFlags":[]}} and more""")]
    public async Task A_frame_that_cannot_be_understood_is_refused_whole_and_the_connection_made_again(string frame)
    {
        var (client, first) = await ConnectAsync(new FlagJson("a"));
        await first.SendAsync(frame);
        // Nothing that comes behind it on this connection counts any more.
        await first.SendAsync(MessageJson.Patch(new FlagJson("a", 9).Disabled())).ContinueWith(_ => { }, TaskScheduler.Default);
        await IsAsync(client, UpdateState.Interrupted);
        await first.Ended;

        Assert.Equal("1 on: fall through all rules", client.Ask("a"));
        Assert.Equal(1, client.FlagData.Version);
        Assert.Contains(": refused a frame from the server: ", client.UpdateStatusProvider.LastError!.Message, StringComparison.Ordinal);
        var warning = Assert.Single(Logs.GetSnapshot(), log => log.Level == LogLevel.Warning);
        Assert.Contains("refused a frame from the server: ", warning.Message, StringComparison.Ordinal);

        await Clock.PassBackOffAsync();
        await (await Server.AcceptAsync()).AnswerAsync(MessageJson.Full(new FlagJson("a", 2)));
        await IsAsync(client, UpdateState.OK);
        Assert.Equal(2, client.FlagData.Version);
    }

    [Fact]
    public async Task Frames_that_cannot_be_understood_never_end_the_attempts()
    {
        var client = Connect();
        for (var i = 0; i < 8; i++)
        {
            await (await Server.AcceptAsync()).AnswerAsync("no JSON");
            await Clock.PassBackOffAsync(Math.Min(1 << i, 60));
        }

        Assert.Equal(UpdateState.Initializing, client.UpdateStatusProvider.State);
        await (await Server.AcceptAsync()).AnswerAsync(MessageJson.Full(new FlagJson("a")));
        await IsAsync(client, UpdateState.OK);
    }

    [Fact]
    public async Task Messages_of_an_unknown_type_and_items_that_cannot_be_understood_do_not_end_the_connection()
    {
        var (client, connection) = await ConnectAsync(new FlagJson("a"));
        await connection.SendAsync("""{"messageType":"news","data":{"featureFlags":"none"}}""");
        await connection.SendAsync("""{"messageType":"data-sync","data":{"eventType":"patch","featureFlags":[7]}}""");

        Assert.Equal("b", await ChangedByAsync(client, () => connection.SendAsync(
            MessageJson.Patch(new FlagJson("a", 5).Set("ff", 7), new FlagJson("b", 5)))));
        Assert.Equal((UpdateState.OK, 1), (client.UpdateStatusProvider.State, Server.Attempts));
        Assert.Equal("1 on: fall through all rules", client.Ask("a"));
    }

    [Theory]
    [InlineData(1)] // through the middle of characters, too
    [InlineData(1_000)]
    [InlineData(int.MaxValue)]
    public async Task A_message_may_come_in_any_number_of_frames(int frame)
    {
        var client = Connect();
        var connection = await Server.AcceptAsync();
        await connection.ReceiveAsync();
        await connection.SendAsync(Encoding.UTF8.GetBytes(MessageJson.Full(new FlagJson("日本😀").Serves("é"))), frame);
        await IsAsync(client, UpdateState.OK);

        Assert.Equal("1 é: fall through all rules", client.Ask("日本😀"));
    }

    [Fact]
    public async Task A_message_may_be_large()
    {
        var client = Connect();
        var connection = await Server.AcceptAsync();
        var value = new string('x', 2_000);
        await connection.AnswerAsync(MessageJson.Full(Enumerable.Range(0, 3_000).Select(i => new FlagJson($"f{i}").Serves(value))));
        await IsAsync(client, UpdateState.OK);

        Assert.Equal(3_000, client.FlagData.FlagCount);
    }

    [Fact]
    public async Task A_handler_that_throws_harms_neither_the_data_nor_the_stream()
    {
        var (client, connection) = await ConnectAsync(new FlagJson("a"));
        using var told = new SemaphoreSlim(0);
        client.FlagsChanged += (_, _) =>
        {
            told.Release();
            throw new InvalidOperationException("handler");
        };
        for (var version = 2; version < 5; version++)
        {
            await connection.SendAsync(MessageJson.Patch(new FlagJson("a", version).Serves($"{version}")));
            Assert.True(await told.WaitAsync(ScriptedServer.Deadline, Cancellation));
            Assert.Equal($"{version}", client.Variation("a", Clients.User(), ""));
        }

        Assert.Equal((UpdateState.OK, 1), (client.UpdateStatusProvider.State, Server.Attempts));
    }

    [Fact]
    public async Task Readers_see_all_of_a_message_or_none_of_it()
    {
        // Every message gives all flags and the segment one and the same generation; the flag "whole" wants of each other
        // flag the variation of that generation, and counts on the segment to be of it too.
        const int Generations = 300;
        var (client, connection) = await ConnectAsync(Generation(0));
        using var done = new CancellationTokenSource();
        var last = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        client.FlagsChanged += (_, e) => _ = e.Keys.Contains("last") && last.TrySetResult();
        var users = Enumerable.Range(0, 2).Select(i => Clients.User($"user {i}")).ToArray();
        var seen = users.Select(user => Task.Run(() =>
        {
            var generations = new HashSet<string>();
            while (!done.IsCancellationRequested)
            {
                var all = client.GetAllFlags(user);
                var values = all.States.Where(detail => detail.FlagKey != "last").Select(detail => detail.Value);
                generations.Add(Assert.Single(values.Distinct()));
                Assert.Equal("rule match", client.VariationDetail("whole", user, "").Reason);
            }

            return generations.Count;
        })).ToArray();

        for (var i = 1; i <= Generations; i++)
            await connection.SendAsync(i % 7 == 0 ? MessageJson.Full(Generation(i)) : MessageJson.Patch(Generation(i)));
        await connection.SendAsync(MessageJson.Patch(new FlagJson("last")));
        await last.Task.WaitAsync(ScriptedServer.Deadline, Cancellation);
        await done.CancelAsync();

        Assert.All(await Task.WhenAll(seen), generations => Assert.True(generations > 1, "nothing changed under the readers"));
    }

    private static ItemJson[] Generation(int generation)
    {
        var value = $"generation {generation}";
        var localId = generation + 10;
        var parts = Enumerable.Range(0, 12).Select(i =>
            new FlagJson($"part {i}", generation + 1).Rollouts(FlagJson.Rollout(0, 1, localId, value)));
        var whole = new FlagJson("whole", generation + 1)
            .Rule([FlagJson.Rollout(0, 1, localId, value)], [SegmentJson.InAny($"s{generation}")]);
        for (var i = 0; i < 12; i++)
            whole.Requires($"part {i}", localId);
        return [
            .. parts,
            whole,
            new SegmentJson($"s{generation}", generation + 1).Rule(FlagJson.Clause("KeyId", "StartsWith", "user")),
            new SegmentJson($"s{generation - 1}", generation + 1).Archived()];
    }
}
