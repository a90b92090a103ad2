using System.Text;
using Ffc.Sdk.Tests.Snapshots;
using Ffc.Sdk.Tests.TestData;
using Ffc.Tests;
using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Tests.Streaming;

public sealed class StreamedDataTests : StreamTest
{
    [Fact]
    public async Task Pushed_changes_are_applied_and_raise_FlagsChanged()
    {
        var client = Connect();
        var connection = await Server.AcceptAsync();
        Assert.False(client.Initialized);

        Assert.Equal("a b", await WaitForChangeAsync(client, () =>
            connection.AnswerAsync(MessageJson.Full(new FlagJson("a", 5), new FlagJson("b", 3)))));
        Assert.True(client.Initialized);
        Assert.Equal(
            new FlagDataInfo { Source = FlagDataSource.Stream, Version = 5, Since = Clock.GetUtcNow(), FlagCount = 2 },
            client.FlagData);
        Assert.Equal("1 on: fall through all rules", client.EvaluateAsText("a"));
        await WaitForStateAsync(client, UpdateState.Ok);

        Assert.Equal("b", await WaitForChangeAsync(client, () =>
            connection.SendAsync(MessageJson.Patch(new FlagJson("b", 4).Disabled()))));
        Assert.Equal("2 off: flag off", client.EvaluateAsText("b"));

        // Several items in one message, some older than the newest item of the data.
        Assert.Equal("a b c", await WaitForChangeAsync(client, () => connection.SendAsync(
            MessageJson.Patch(new FlagJson("a", 9).Archived(), new FlagJson("b", 6), new FlagJson("c", 2)))));
        Assert.Equal("-1 the default: flag not found", client.EvaluateAsText("a"));
        Assert.Equal("1 on: fall through all rules", client.EvaluateAsText("b"));
        Assert.Equal("1 on: fall through all rules", client.EvaluateAsText("c"));
    }

    [Fact]
    public async Task A_changed_segment_applies_to_flags_that_were_evaluated_before()
    {
        var flag = new FlagJson("a").Rule(3, SegmentJson.InAny("staff"), SegmentJson.NotInAny("guests"));
        var (client, connection) = await ConnectAsync(flag, new SegmentJson("staff").Includes("ada"));
        var user = FfcUser.Builder("ada").Build();
        Assert.EndsWith("rule match", client.EvaluateAsText("a", user), StringComparison.Ordinal);

        await WaitForChangeAsync(client, () => connection.SendAsync(
            MessageJson.Patch(new SegmentJson("guests", 2).Includes("ada"))));
        Assert.EndsWith("fall through all rules", client.EvaluateAsText("a", user), StringComparison.Ordinal);

        await WaitForChangeAsync(client, () => connection.SendAsync(
            MessageJson.Patch(new SegmentJson("guests", 3).Archived())));
        Assert.EndsWith("rule match", client.EvaluateAsText("a", user), StringComparison.Ordinal);

        await WaitForChangeAsync(client, () => connection.SendAsync(
            MessageJson.Patch(new SegmentJson("staff", 4).Includes("bob"))));
        Assert.EndsWith("fall through all rules", client.EvaluateAsText("a", user), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_patch_before_the_first_full_does_not_initialize_the_client()
    {
        var starting = FfcClient.StartAsync(Options(), Cancellation);
        var connection = await Server.AcceptAsync();
        await connection.ReceiveAsync();
        await connection.SendAsync(MessageJson.Patch(new FlagJson("b", 9)));

        // The ping is sent after the patch was received.
        await Clock.PassPingIntervalAsync();
        await connection.ReceiveAsync();
        await connection.SendAsync("""{"messageType":"pong","data":null}""");
        Assert.False(starting.IsCompleted);

        await connection.SendAsync(MessageJson.Full(new FlagJson("a")));
        await using var client = await starting.WaitAsync(ScriptedServer.Deadline, Cancellation);
        Assert.Equal("1 on: fall through all rules", client.EvaluateAsText("a"));
        Assert.Equal("1 on: fall through all rules", client.EvaluateAsText("b"));
    }

    [Fact]
    public async Task A_patch_before_the_first_full_is_applied_on_top_of_a_snapshot()
    {
        var reading = new TaskCompletionSource();
        var store = new MemorySnapshotStore { OnCall = _ => reading.Task };
        store.Put(SnapshotFactory.Name, SnapshotFactory.Create(new FlagJson("a", 3), new FlagJson("b", 3)));
        var client = Connect(options => options.SnapshotStore = store);
        var connection = await Server.AcceptAsync();
        await connection.ReceiveAsync();
        await connection.SendAsync(MessageJson.Patch(new FlagJson("b", 9).Disabled(), new FlagJson("odd").Set("ff.keyName", "")));
        await Eventually.Holds(() => Logs.GetSnapshot().Any(log => log.Message.Contains("__odd", StringComparison.Ordinal)));

        Assert.Equal("a b", await WaitForChangeAsync(client, () =>
        {
            reading.SetResult();
            return Task.CompletedTask;
        }));
        Assert.Equal(FlagDataSource.Snapshot, client.FlagData.Source);
        Assert.Equal("1 on: fall through all rules", client.EvaluateAsText("a"));
        Assert.Equal("2 off: flag off", client.EvaluateAsText("b"));
    }

    [Fact]
    public async Task After_a_reconnection_the_state_is_Ok_only_after_the_full_data_arrived()
    {
        var (client, first) = await ConnectAsync(new FlagJson("a"));
        first.Abort();
        await WaitForStateAsync(client, UpdateState.Interrupted);
        await Clock.PassRetryDelayAsync();
        var second = await Server.AcceptAsync();
        await second.ReceiveAsync();

        await WaitForChangeAsync(client, () => second.SendAsync(MessageJson.Patch(new FlagJson("b", 9))));
        Assert.Equal("1 on: fall through all rules", client.EvaluateAsText("b"));
        Assert.Equal(UpdateState.Interrupted, client.UpdateStatusProvider.Status.State);

        await second.SendAsync(MessageJson.Full(new FlagJson("a")));
        await WaitForStateAsync(client, UpdateState.Ok);
        Assert.True(client.IsFlagKnown("b")); // The patch is newer than the full data.
    }

    [Fact]
    public async Task The_newest_flag_archived_during_an_interruption_is_removed_after_it()
    {
        var (client, first) = await ConnectAsync(new FlagJson("a", 1), new FlagJson("newest", 9));
        first.Abort();
        await WaitForStateAsync(client, UpdateState.Interrupted);
        Assert.Equal("1 on: fall through all rules", client.EvaluateAsText("newest"));

        await Clock.PassRetryDelayAsync();
        var second = await Server.AcceptAsync();
        Assert.Equal("newest", await WaitForChangeAsync(client, () =>
            second.AnswerAsync(MessageJson.Full(new FlagJson("a", 1)))));

        Assert.False(client.IsFlagKnown("newest"));
        Assert.True(client.IsFlagKnown("a"));
        Assert.Equal(1, client.FlagData.Version);
    }

    [Theory]
    [InlineData("not JSON")]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("""{"messageType":"data-sync","data":{"featureFlags":[]}}""")]
    [InlineData("""{"messageType":"data-sync","data":{"eventType":"full"}}""")]
    [InlineData("""{"messageType":"data-sync","data":{"eventType":"full","featureFlags":[]}} and more""")]
    public async Task An_invalid_message_is_rejected_completely_and_the_client_reconnects(string frame)
    {
        var (client, first) = await ConnectAsync(new FlagJson("a"));
        await first.SendAsync(frame);

        // Later messages of this connection are ignored.
        await first.SendAsync(MessageJson.Patch(new FlagJson("a", 9).Disabled())).ContinueWith(_ => { }, TaskScheduler.Default);
        await WaitForStateAsync(client, UpdateState.Interrupted);
        await first.Ended;

        Assert.Equal("1 on: fall through all rules", client.EvaluateAsText("a"));
        Assert.Equal(1, client.FlagData.Version);
        var error = client.UpdateStatusProvider.Status.LastError!;
        Assert.Contains(": rejected a frame from the server: ", error.Message, StringComparison.Ordinal);
        var warning = Assert.Single(Logs.GetSnapshot(), log => log.Level == LogLevel.Warning);
        Assert.Contains("rejected a frame from the server: ", warning.Message, StringComparison.Ordinal);

        await Clock.PassRetryDelayAsync();
        await (await Server.AcceptAsync()).AnswerAsync(MessageJson.Full(new FlagJson("a", 2)));
        await WaitForStateAsync(client, UpdateState.Ok);
        Assert.Equal(2, client.FlagData.Version);
    }

    [Fact]
    public async Task Invalid_messages_never_stop_reconnection()
    {
        var client = Connect();
        for (var i = 0; i < 8; i++)
        {
            await (await Server.AcceptAsync()).AnswerAsync("no JSON");
            await Clock.PassRetryDelayAsync(Math.Min(1 << i, 60));
        }

        Assert.Equal(UpdateState.Initializing, client.UpdateStatusProvider.Status.State);
        await (await Server.AcceptAsync()).AnswerAsync(MessageJson.Full(new FlagJson("a")));
        await WaitForStateAsync(client, UpdateState.Ok);
    }

    [Fact]
    public async Task Unknown_message_types_and_invalid_items_do_not_end_the_connection()
    {
        var (client, connection) = await ConnectAsync(new FlagJson("a"));
        await connection.SendAsync("""{"messageType":"news","data":{"featureFlags":"none"}}""");
        await connection.SendAsync("""{"messageType":"data-sync","data":{"eventType":"patch","featureFlags":[7]}}""");

        Assert.Equal("b", await WaitForChangeAsync(client, () => connection.SendAsync(
            MessageJson.Patch(new FlagJson("a", 5).Set("ff", 7), new FlagJson("b", 5)))));
        Assert.Equal((UpdateState.Ok, 1), (client.UpdateStatusProvider.Status.State, Server.Attempts));
        Assert.Equal("1 on: fall through all rules", client.EvaluateAsText("a"));
    }

    [Theory]
    [InlineData(1)] // Also splits characters.
    [InlineData(1_000)]
    [InlineData(int.MaxValue)]
    public async Task A_message_may_consist_of_many_frames(int maxFrameBytes)
    {
        var client = Connect();
        var connection = await Server.AcceptAsync();
        await connection.ReceiveAsync();
        var message = Encoding.UTF8.GetBytes(MessageJson.Full(new FlagJson("日本😀").Serves("é")));
        await connection.SendAsync(message, maxFrameBytes);
        await WaitForStateAsync(client, UpdateState.Ok);

        Assert.Equal("1 é: fall through all rules", client.EvaluateAsText("日本😀"));
    }

    [Fact]
    public async Task A_large_message_is_received()
    {
        var client = Connect();
        var connection = await Server.AcceptAsync();
        var value = new string('x', 2_000);
        var flags = Enumerable.Range(0, 3_000).Select(i => new FlagJson($"f{i}").Serves(value));
        await connection.AnswerAsync(MessageJson.Full(flags));
        await WaitForStateAsync(client, UpdateState.Ok);

        Assert.Equal(3_000, client.FlagData.FlagCount);
    }

    [Fact]
    public async Task An_exception_of_a_handler_affects_neither_data_nor_stream()
    {
        var (client, connection) = await ConnectAsync(new FlagJson("a"));
        using var raised = new SemaphoreSlim(0);
        client.FlagsChanged += (_, _) =>
        {
            raised.Release();
            throw new InvalidOperationException("handler");
        };
        for (var version = 2; version < 5; version++)
        {
            await connection.SendAsync(MessageJson.Patch(new FlagJson("a", version).Serves($"{version}")));
            Assert.True(await raised.WaitAsync(ScriptedServer.Deadline, Cancellation));
            Assert.Equal($"{version}", client.Variation("a", Clients.User(), ""));
        }

        Assert.Equal((UpdateState.Ok, 1), (client.UpdateStatusProvider.Status.State, Server.Attempts));
    }

    [Fact]
    public async Task Readers_see_all_changes_of_a_message_or_none()
    {
        // Every message sets all flags and the segment to one generation. The flag "whole" requires that generation of all other
        // flags and of the segment.
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

        Assert.All(await Task.WhenAll(seen), generations => Assert.True(generations > 1, "the readers saw no change"));
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
