using Ffc.Sdk.Insights;
using Ffc.Tests;
using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Tests.Insights;

public sealed class OverloadTests
{
    [Fact]
    public async Task Events_beyond_the_capacity_go_to_the_outbox_and_none_is_lost()
    {
        await using var host = await InsightTestHost.StartAsync(options =>
            (options.Insights.Capacity, options.Insights.BatchSize) = (100, 10));
        host.Server.Reply = _ => TrackReply.Hang;
        host.Evaluate(3_000);

        // All but the 100 in the queue and the 50 in requests.
        await Eventually.Is(() => host.Status.ToOutbox, events => events >= 2_850);
        Assert.InRange(host.Status.Waiting, 90, 100);
        Assert.Equal(0, host.Status.Lost);

        host.Server.Reply = _ => TrackReply.Ok;
        await host.UntilAsync(() => host.Status.Delivered == 3_000);
        host.AssertEachArrivedOnce();
    }

    [Fact]
    public async Task Events_queued_for_a_complete_flush_interval_are_stored_in_the_outbox()
    {
        await using var host = await InsightTestHost.StartAsync(options =>
            options.Insights.FlushInterval = TimeSpan.FromSeconds(0.1));
        host.Server.Reply = _ => TrackReply.Hang;
        host.Evaluate(1_000);

        // Long before the five requests time out.
        await Eventually.Holds(() => host.Status.ToOutbox == 750, () => host.Clock.Advance(TimeSpan.FromSeconds(0.01)));
        Assert.Equal((0, 0), (host.Status.Waiting, host.Status.PossibleDuplicates));
    }

    [Fact]
    public async Task Undelivered_events_wait_in_memory_when_no_outbox_is_configured()
    {
        await using var host = await InsightTestHost.StartAsync(options => options.Outbox.Path = null);
        await host.Server.StopAsync();
        host.Evaluate(200);
        Assert.Equal(new FlushResult { InMemory = 200 }, await host.FlushAsync());
        Assert.Equal(200, host.Status.Waiting);
        Assert.Contains(
            "They wait in memory, because no outbox is configured; requests are retried",
            Assert.Single(host.Logs.GetSnapshot(), record => record.Id.Id == 50).Message,
            StringComparison.Ordinal);

        await host.Server.RestartAsync();
        await host.UntilAsync(() => host.Status.Delivered == 200);
        host.AssertEachArrivedOnce();
        Assert.Equal(
            new OutboxStatus { Problem = "no outbox is configured" },
            await host.Client.Insights.GetOutboxStatusAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Memory_is_bounded_and_losses_are_counted_and_logged_when_nothing_accepts_events()
    {
        await using var host = await InsightTestHost.StartAsync(options =>
            (options.Outbox.Path, options.Insights.Capacity) = (null, 1_000));
        host.Server.Reply = _ => TrackReply.Hang;
        for (var second = 0; second < 60; second++)
        {
            host.Evaluate(5_000);
            host.Clock.Advance(TimeSpan.FromSeconds(1));

            // The queue, the batches held, the room for bursts, and the requests.
            Assert.InRange(host.Status.Waiting, 0, 1_000 + 1_000 + 10_000 + 500);
        }

        await host.UntilAsync(() => host.Status.Waiting <= 1_000);
        Assert.InRange(host.Status.Lost, 300_000 - 20_000, 300_000);
        Assert.InRange(host.Status.Lost + host.Status.Waiting, 300_000 - 500, 300_000);
        Assert.InRange(host.Logs.GetSnapshot().Count(record => record.Level == LogLevel.Error), 2, 4);
    }

    [Fact]
    public async Task Every_event_of_an_evaluation_is_counted_as_lost_when_there_is_no_room()
    {
        await using var host = await InsightTestHost.StartAsync(options =>
            (options.Outbox.Path, options.Insights.Capacity, options.Insights.BatchSize) = (null, 100, 50));
        host.Server.Reply = _ => TrackReply.Hang;
        host.Evaluate(InsightQueue.Overflow);
        await Eventually.Is(() => host.Server.Requests.Count, requests => requests == 5);
        host.Evaluate(5_000);
        var (queued, lost) = (host.Status.Queued, host.Status.Lost);
        Assert.Equal((InsightQueue.Overflow + 5_000, 250), (queued, host.Status.Sending));
        Assert.NotEqual(0, lost);

        // One event for the flag, and one for its prerequisite.
        var user = FfcUser.Builder("ada").Build();
        host.Client.Variation("needy", user, "");
        host.Client.TrackMetric(user, "clicks");
        Assert.Equal((queued + 3, lost + 3), (host.Status.Queued, host.Status.Lost));
    }

    [Fact]
    public async Task Losses_after_a_logged_loss_are_logged_within_30_seconds()
    {
        await using var host = await InsightTestHost.StartAsync(options => options.Outbox.Path = null);
        await host.CloseAsync(host.Client);
        host.Evaluate(3);
        int Losses() => host.Logs.GetSnapshot().Count(record => record.Id.Id == 60);

        Assert.Equal(1, Losses());
        host.Clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(2, Losses());
        Assert.StartsWith(
            "Insights lost: 2 (3 so far), because the server has not accepted them,",
            host.Logs.LatestRecord.Message,
            StringComparison.Ordinal);
        host.Clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(2, Losses());
    }

    [Fact]
    public async Task A_flush_without_an_outbox_sends_all_events_even_if_there_are_more_than_the_capacity()
    {
        await using var host = await InsightTestHost.StartAsync(options =>
            (options.Outbox.Path, options.Insights.Capacity, options.Insights.BatchSize) = (null, 1_000, 50));
        using var gate = new ManualResetEventSlim();
        host.Server.Reply = _ =>
        {
            gate.Wait();
            return TrackReply.Ok;
        };
        host.Evaluate(5_000);
        var flush = host.Client.FlushAsync(TestContext.Current.CancellationToken);
        gate.Set();
        await host.UntilAsync(() => flush.IsCompleted);

        Assert.Equal((5_000, 0), (host.Status.Delivered, host.Status.Waiting));
        Assert.Equal(0, (await flush).InMemory);
    }

    [Theory]
    [InlineData(OutboxFault.Throws)]
    [InlineData(OutboxFault.Hangs)]
    internal async Task A_failing_outbox_delays_neither_evaluations_nor_deliveries_and_is_logged(OutboxFault fault)
    {
        await using var host = await InsightTestHost.StartWithFaultyOutboxAsync(fault);

        // Less than a full batch, which could be delivered before the flush begins.
        host.Evaluate(40);
        Assert.Equal(new FlushResult { Delivered = 40 }, await host.FlushAsync());
        Assert.Equal(OutboxDrainOutcome.OutboxUnreachable, (await host.DrainAsync()).Outcome);

        await host.Server.StopAsync();
        host.Evaluate(100);
        Assert.Equal(new FlushResult { InMemory = 100 }, await host.FlushAsync());
        var status = host.Client.Insights.GetOutboxStatusAsync(TestContext.Current.CancellationToken);
        await host.UntilAsync(() => status.IsCompleted);
        Assert.Equal(
            new OutboxStatus { Problem = fault == OutboxFault.Hangs ? "no response within 5 s" : "the store failed" },
            await status);

        host.Outbox.Fault = OutboxFault.None;
        await host.UntilAsync(() => host.OutboxFiles == 2);
        Assert.Equal(2, (await host.Client.Insights.GetOutboxStatusAsync(TestContext.Current.CancellationToken)).Batches);

        await host.Server.RestartAsync();
        await host.UntilAsync(() => host.Server.KeptEvents == 140);
        host.AssertEachArrivedOnce();
        List<LogLevel> Levels() =>
            [.. host.Logs.GetSnapshot()
                .Where(record => record.Message.StartsWith("The outbox for insights is", StringComparison.Ordinal))
                .Select(record => record.Level)
                .Take(2)];
        await host.UntilAsync(() => Levels().Count == 2);
        Assert.Equal([LogLevel.Warning, LogLevel.Information], Levels());
    }

    [Fact]
    public async Task GetOutboxStatusAsync_pauses_no_put_when_counting_fails()
    {
        await using var host = await InsightTestHost.StartWithFaultyOutboxAsync();
        host.Outbox.FailsCount = true;
        await host.Server.StopAsync();

        var status = await host.Client.Insights.GetOutboxStatusAsync(TestContext.Current.CancellationToken);
        host.Evaluate(10);

        Assert.Equal(new OutboxStatus { Problem = "the store failed" }, status);
        Assert.Equal(new FlushResult { ToOutbox = 10 }, await host.FlushAsync());
    }

    [Fact]
    public async Task GetOutboxStatusAsync_counts_once_for_concurrent_callers_and_at_most_once_a_second()
    {
        await using var host = await InsightTestHost.StartWithFaultyOutboxAsync(OutboxFault.Hangs);
        var first = host.Client.Insights.GetOutboxStatusAsync(TestContext.Current.CancellationToken);
        await Eventually.Holds(() => host.Outbox.Counts == 1);
        var second = host.Client.Insights.GetOutboxStatusAsync(TestContext.Current.CancellationToken);
        await host.UntilAsync(() => first.IsCompleted && second.IsCompleted);
        Assert.Equal((await first, 1), (await second, host.Outbox.Counts));

        host.Outbox.Fault = OutboxFault.None;
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        for (var call = 0; call < 3; call++)
        {
            var status = await host.Client.Insights.GetOutboxStatusAsync(TestContext.Current.CancellationToken);
            Assert.Equal(new OutboxStatus { Batches = 0 }, status);
        }

        Assert.Equal(2, host.Outbox.Counts);
    }

    [Fact]
    public async Task A_pause_is_not_extended_when_the_clock_is_set_back()
    {
        await using var host = await InsightTestHost.StartWithFaultyOutboxAsync(OutboxFault.Throws);
        await host.Server.StopAsync();
        host.Evaluate(10);
        Assert.Equal(new FlushResult { InMemory = 10 }, await host.FlushAsync());

        host.Clock.Offset = TimeSpan.FromHours(-1);
        host.Outbox.Fault = OutboxFault.None;
        await host.UntilAsync(() => host.OutboxFiles == 1);
        await host.Server.RestartAsync();
        await host.UntilAsync(() => host.Status.Delivered == 10);
    }

    [Fact]
    public async Task TryTrackAsync_uses_the_outbox_when_the_queue_is_full_and_returns_false_when_both_fail()
    {
        await using var host = await InsightTestHost.StartWithFaultyOutboxAsync(
            configure: options => (options.Insights.Capacity, options.Insights.BatchSize) = (10, 10));
        host.Server.Reply = _ => TrackReply.Hang;
        host.Evaluate(60);
        await Eventually.Holds(() => host.Status.Waiting == 10);
        var user = FfcUser.Builder("ada").Build();

        Assert.True(await host.Client.TryTrackAsync(user, [new("clicks", 1)], TestContext.Current.CancellationToken));
        Assert.Equal((10, 1, 1), (host.Status.Waiting, host.Status.ToOutbox, host.OutboxFiles));

        host.Outbox.Fault = OutboxFault.Throws;
        Assert.False(await host.Client.TryTrackAsync(user, [new("clicks", 1)], TestContext.Current.CancellationToken));
        Assert.Equal((10, 0), (host.Status.Waiting, host.Status.Lost));
        Assert.Equal(0, host.Status.PossibleDuplicates);
    }

    [Fact]
    public async Task TryTrackAsync_counts_a_possible_duplicate_when_it_returns_false_but_the_outbox_may_have_the_metrics()
    {
        await using var host = await InsightTestHost.StartWithFaultyOutboxAsync(
            configure: options => (options.Insights.Capacity, options.Insights.BatchSize) = (10, 10));
        host.Server.Reply = _ => TrackReply.Hang;
        host.Evaluate(60);
        await Eventually.Holds(() => host.Status.Waiting == 10);
        host.Outbox.Fault = OutboxFault.StoresAndHangs;
        var user = FfcUser.Builder("ada").Build();

        var track = host.Client.TryTrackAsync(user, [new("clicks", 1)], TestContext.Current.CancellationToken).AsTask();
        await Eventually.Is(() => host.OutboxFiles, files => files == 1);
        await Eventually.Holds(() => track.IsCompleted, () => host.Clock.Advance(TimeSpan.FromSeconds(0.5)));

        Assert.False(await track);
        Assert.InRange(host.Status.PossibleDuplicates, 1, 11);
    }
}
