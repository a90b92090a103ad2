using Ffc.Tests;
using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Tests.Insights;

public sealed class DrainTests
{
    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Batches_that_cannot_be_removed_delay_no_other_and_are_sent_once()
    {
        await using var host = await StartWithStoredBatchesAsync(100);
        var stuck = FirstBatches(host, 6);
        host.Outbox.FailsRemoval = batch => stuck.Contains(batch.Id);
        await using var next = host.CreateClient(UseOutbox(host));

        // Five batches in a row that cannot be removed end a drain, so the first drain may end early.
        for (var drain = 0; drain < 3; drain++)
            Assert.Equal(OutboxDrainOutcome.OutboxUnreachable, (await DrainAsync(host, next)).Outcome);

        host.AssertEachArrivedOnce();
        Assert.Equal((6, 6), (host.OutboxFiles, next.Insights.Status.PossibleDuplicates));
        var problem = $"the batch {stuck.Min()} cannot be removed: the store failed (and 5 more)";
        Assert.Equal(problem, next.Insights.Status.OutboxProblem);
        Assert.Equal(
            new OutboxStatus { Batches = 6, Problem = problem }, await next.Insights.GetOutboxStatusAsync(Test));
        Assert.Single(Warnings(host), message => message.Contains(problem, StringComparison.Ordinal));

        host.Outbox.FailsRemoval = _ => false;
        Assert.Equal(OutboxDrainOutcome.Empty, (await DrainAsync(host, next)).Outcome);
        Assert.Null(next.Insights.Status.OutboxProblem);
        Assert.Equal(0, host.OutboxFiles);
        host.AssertEachArrivedOnce();
        await host.CloseAsync(next);
    }

    [Fact]
    public async Task A_drain_ends_when_no_batch_can_be_removed_so_that_few_are_possible_duplicates()
    {
        await using var host = await StartWithStoredBatchesAsync(50);
        host.Outbox.FailsRemoval = _ => true;
        await using var next = host.CreateClient(UseOutbox(host));

        Assert.Equal(OutboxDrainOutcome.OutboxUnreachable, (await DrainAsync(host, next)).Outcome);

        Assert.InRange(next.Insights.Status.PossibleDuplicates, 5, 8);
        Assert.InRange(host.Server.KeptEvents, 5, 8);
        await host.CloseAsync(next);
    }

    [Fact]
    public async Task A_rejected_batch_that_cannot_be_set_aside_delays_no_other()
    {
        await using var host = await StartWithStoredBatchesAsync(20);
        host.Outbox.FailsReject = true;
        host.Server.Reply = request =>
            request.Body.AsSpan().IndexOf("user-0000001"u8) >= 0 ? new TrackReply(400) : TrackReply.Ok;
        await using var next = host.CreateClient(UseOutbox(host));

        Assert.Equal(19, (await DrainAsync(host, next)).Delivered);

        Assert.Equal((1, 19), (host.OutboxFiles, host.Server.KeptEvents));
        Assert.Contains("cannot be moved to the rejected batches: the store failed", next.Insights.Status.OutboxProblem);
        host.Outbox.FailsReject = false;
        Assert.Equal(1, (await DrainAsync(host, next)).Rejected);
        Assert.Equal((0, 0), (host.OutboxFiles, next.Insights.Status.PossibleDuplicates));
        await host.CloseAsync(next);
    }

    [Fact]
    public async Task A_batch_that_cannot_be_removed_pauses_no_put()
    {
        await using var host = await StartWithStoredBatchesAsync(1);
        host.Outbox.FailsRemoval = _ => true;
        await using var next = host.CreateClient(UseOutbox(host));
        await DrainAsync(host, next);

        await host.Server.StopAsync();
        next.TrackMetric(FfcUser.Builder("ada").Build(), "clicks");
        var flush = next.FlushAsync(Test);
        await host.UntilAsync(() => flush.IsCompleted);

        Assert.Equal(new FlushResult { ToOutbox = 1 }, await flush);
        await host.CloseAsync(next);
    }

    [Fact]
    public async Task A_split_batch_that_cannot_be_removed_is_counted_and_not_split_again()
    {
        await using var host = await StartWithStoredBatchesAsync(1, batchSize: 50);
        var original = FirstBatches(host, 1).Single();
        host.Outbox.FailsRemoval = batch => batch.Id == original;
        host.Server.Reply = request => request.Events.Count > 25 ? new TrackReply(413) : TrackReply.Ok;
        await using var next = host.CreateClient(UseOutbox(host));
        for (var drain = 0; drain < 3; drain++)
            await DrainAsync(host, next);

        host.AssertEachArrivedOnce();
        Assert.Equal((1, 50), (host.OutboxFiles, next.Insights.Status.PossibleDuplicates));
        await host.CloseAsync(next);
    }

    [Fact]
    public async Task A_half_that_is_stored_twice_is_counted()
    {
        await using var host = await StartWithStoredBatchesAsync(1, batchSize: 50);
        host.Outbox.FailsPut = put => put == 3;
        host.Server.Reply = request => request.Events.Count > 25 ? new TrackReply(413) : TrackReply.Ok;
        await using var next = host.CreateClient(UseOutbox(host));
        for (var drain = 0; drain < 4; drain++)
            await DrainAsync(host, next);

        Assert.Equal(50, host.Server.UserKeys.Distinct().Count());
        Assert.InRange(host.Server.KeptEvents - 50, 0, next.Insights.Status.PossibleDuplicates);
        Assert.Equal((0, 25), (host.OutboxFiles, next.Insights.Status.PossibleDuplicates));
        await host.CloseAsync(next);
    }

    [Fact]
    public async Task A_batch_is_claimed_only_when_a_slot_for_its_request_is_free()
    {
        await using var host = await StartWithStoredBatchesAsync(20);
        await using var next = host.CreateClient(UseOutbox(host));
        using var answer = new ManualResetEventSlim();
        host.Server.Reply = _ =>
        {
            answer.Wait(Test);
            return TrackReply.Ok;
        };
        for (var i = 0; i < 200; i++)
            next.TrackMetric(FfcUser.Builder("ada").Build(), "clicks");
        await Eventually.Holds(() => host.Server.Requests.Count == 4);

        // One of the five slots is free.
        var drain = next.Insights.DrainOutboxAsync(Test);
        await Eventually.Holds(() => host.Server.Requests.Count == 5);
        Assert.Equal(1, host.Outbox.Claims);

        answer.Set();
        await host.UntilAsync(() => drain.IsCompleted);
        Assert.Equal(20, (await drain).Delivered);
        await host.CloseAsync(next);
    }

    [Fact]
    public async Task A_stop_lets_the_requests_of_a_drain_use_the_sending_time_and_counts_those_that_it_cuts()
    {
        await using var host = await StartWithStoredBatchesAsync(20);
        await using var next = host.CreateClient(UseOutbox(host));
        host.Server.Reply = _ => new TrackReply(0, KeepsEvents: true, Hangs: true);
        var drain = next.Insights.DrainOutboxAsync(Test);
        await Eventually.Holds(() => host.Server.Requests.Count == 3);
        var start = host.Clock.GetTimestamp();

        await host.CloseAsync(next);

        Assert.InRange(host.Clock.GetElapsedTime(start).TotalSeconds, 0.9, 4);
        Assert.Equal(OutboxDrainOutcome.Off, (await drain).Outcome);
        Assert.Equal((3, 3, 20), (host.Server.KeptEvents, next.Insights.Status.PossibleDuplicates, host.OutboxFiles));
    }

    [Fact]
    public async Task A_removal_that_the_stop_cuts_is_counted()
    {
        await using var host = await StartWithStoredBatchesAsync(1);
        await using var next = host.CreateClient(UseOutbox(host));
        host.Outbox.RemovalTime = TimeSpan.FromMinutes(1);
        var drain = next.Insights.DrainOutboxAsync(Test);
        await Eventually.Holds(() => next.Insights.Status.Delivered == 1);
        var start = host.Clock.GetTimestamp();

        await host.CloseAsync(next);

        Assert.InRange(host.Clock.GetElapsedTime(start).TotalSeconds, 0, 4);
        Assert.Equal(1, next.Insights.Status.PossibleDuplicates);
        Assert.Equal(1, (await drain).Delivered);
    }

    /// <summary>Starts a host whose own client is closed; its outbox contains batches.</summary>
    private static async Task<InsightTestHost> StartWithStoredBatchesAsync(int batches, int batchSize = 1)
    {
        var host = await InsightTestHost.StartWithFaultyOutboxAsync(
            configure: options => options.Insights.BatchSize = batchSize);
        await host.Server.StopAsync();
        host.Evaluate(batches * batchSize);
        await host.CloseAsync(host.Client);
        Assert.Equal(batches, host.OutboxFiles);
        await host.Server.RestartAsync();
        return host;
    }

    private static Action<FfcOptions> UseOutbox(InsightTestHost host) => options =>
        (options.InsightOutbox, options.Insights.MaxRetries) = (host.Outbox, 0);

    private static async Task<OutboxDrainResult> DrainAsync(InsightTestHost host, FfcClient client)
    {
        var drain = client.Insights.DrainOutboxAsync(Test);
        await host.UntilAsync(() => drain.IsCompleted);
        return await drain;
    }

    private static HashSet<string> FirstBatches(InsightTestHost host, int count) =>
        [.. InsightTestHost.Files(host.OutboxFolder).Take(count).Select(path => Path.GetFileName(path).Split('.')[0])];

    private static IEnumerable<string> Warnings(InsightTestHost host) => host.Logs.GetSnapshot()
        .Where(record => record.Level == LogLevel.Warning)
        .Select(record => record.Message);
}
