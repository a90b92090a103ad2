using Ffc.Sdk.Insights;
using Ffc.Sdk.Tests.Snapshots;
using Ffc.Sdk.Tests.TestData;
using Ffc.Tests;

namespace Ffc.Sdk.Tests.Streaming;

/// <summary>Handlers that throw or block, and parts that fail, do not affect the rest of the client.</summary>
public sealed class HandlerTests : StreamTest
{
    [Fact]
    public async Task A_handler_that_throws_does_not_stop_other_handlers()
    {
        var client = Connect();
        var (changes, states) = (0, 0);
        client.FlagsChanged += (_, _) => throw new InvalidOperationException("first handler");
        client.FlagsChanged += (_, _) => Interlocked.Increment(ref changes);
        client.UpdateStatusProvider.StatusChanged += (_, _) => throw new InvalidOperationException("first handler");
        client.UpdateStatusProvider.StatusChanged += (_, _) => Interlocked.Increment(ref states);
        await (await Server.AcceptAsync()).AnswerAsync(MessageJson.Full(new FlagJson("a")));
        await WaitForStateAsync(client, UpdateState.Ok);
        await Eventually.Holds(() => states == 1);

        Assert.Equal(1, changes);
        Assert.Equal(2, Logs.GetSnapshot().Count(log => log.Exception?.Message == "first handler"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task DisposeAsync_does_not_wait_for_a_handler_that_blocks(bool isStatusHandler)
    {
        var client = Connect();
        using var released = new ManualResetEventSlim();
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Block()
        {
            entered.TrySetResult();
            released.Wait(Cancellation);
        }

        if (isStatusHandler)
            client.UpdateStatusProvider.StatusChanged += (_, _) => Block();
        else
            client.FlagsChanged += (_, _) => Block();
        await (await Server.AcceptAsync()).AnswerAsync(MessageJson.Full(new FlagJson("a")));
        await entered.Task.WaitAsync(ScriptedServer.Deadline, Cancellation);

        var closing = client.DisposeAsync().AsTask();
        await Eventually.Holds(() => closing.IsCompleted, () => Clock.Advance(TimeSpan.FromMilliseconds(50)));
        await closing;

        Assert.Equal(UpdateState.Off, client.UpdateStatusProvider.Status.State);
        Assert.Equal("1 on: fall through all rules", client.EvaluateAsText("a"));
        released.Set();
    }

    [Fact]
    public async Task DisposeAsync_closes_all_parts_when_one_of_them_throws()
    {
        var store = new MemorySnapshotStore();
        var client = new FfcClient(Options(options => options.SnapshotStore = store), new FailingInsights());
        await (await Server.AcceptAsync()).AnswerAsync(MessageJson.Full(new FlagJson("a")));
        await WaitForStateAsync(client, UpdateState.Ok);
        client.UpdateStatusProvider.StatusChanged += (_, _) => throw new InvalidOperationException("handler");
        await client.DisposeAsync();

        Assert.Equal(UpdateState.Off, client.UpdateStatusProvider.Status.State);
        Assert.Contains(Logs.GetSnapshot(), log => log.Message.StartsWith("Wrote the snapshot", StringComparison.Ordinal));
        Assert.Contains(Logs.GetSnapshot(), log => log.Message.Contains("failed: insights", StringComparison.Ordinal));
    }

    private sealed class FailingInsights : UnsentInsights, IInsightProcessor
    {
        public override void Record(InsightEvent item)
        {
        }

        ValueTask IAsyncDisposable.DisposeAsync() => throw new InvalidOperationException("insights");
    }
}
