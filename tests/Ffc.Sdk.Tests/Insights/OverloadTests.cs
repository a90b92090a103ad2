using Ffc.Tests;
using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Tests.Insights;

public sealed class OverloadTests
{
    [Fact]
    public async Task What_is_more_than_the_queue_holds_goes_to_the_outbox_and_none_is_lost()
    {
        await using var bench = await InsightBench.StartAsync(options => (options.Insights.Capacity, options.Insights.BatchSize) = (100, 10));
        bench.Server.Reply = _ => TrackReply.Hang;
        bench.Evaluate(3_000);

        // All but the hundred, and the fifty under way.
        await Eventually.Is(() => bench.Status.ToOutbox, events => events >= 2_850);
        Assert.InRange(bench.Status.Waiting, 90, 100);
        Assert.Equal(0, bench.Status.Lost);

        bench.Server.Reply = _ => TrackReply.Ok;
        await bench.UntilAsync(() => bench.Status.Delivered == 3_000);
        bench.AssertEachArrivedOnce();
    }

    [Fact]
    public async Task What_a_busy_server_has_not_taken_after_a_flush_interval_is_no_longer_in_memory_alone()
    {
        await using var bench = await InsightBench.StartAsync(options => options.Insights.FlushInterval = TimeSpan.FromSeconds(0.1));
        bench.Server.Reply = _ => TrackReply.Hang;
        bench.Evaluate(1_000);

        // Long before the five requests under way time out.
        await Eventually.Holds(() => bench.Status.ToOutbox == 750, () => bench.Clock.Advance(TimeSpan.FromSeconds(0.01)));
        Assert.Equal((0, 0), (bench.Status.Waiting, bench.Status.PossibleDuplicates));
    }

    [Fact]
    public async Task Without_an_outbox_what_does_not_get_through_waits_in_memory_until_it_does()
    {
        await using var bench = await InsightBench.StartAsync(options => options.Outbox.Path = null);
        await bench.Server.StopAsync();
        bench.Evaluate(200);
        Assert.Equal(new FlushResult(Held: 200), await bench.FlushAsync());
        Assert.Equal(200, bench.Status.Waiting);

        await bench.Server.RestartAsync();
        await bench.UntilAsync(() => bench.Status.Delivered == 200);
        bench.AssertEachArrivedOnce();
        Assert.Equal(new OutboxStatus(null, "no outbox is configured"), await bench.Client.GetOutboxStatusAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Memory_stays_bounded_when_nothing_takes_events_and_each_loss_is_counted_and_now_and_then_told()
    {
        await using var bench = await InsightBench.StartAsync(options => (options.Outbox.Path, options.Insights.Capacity) = (null, 1_000));
        bench.Server.Reply = _ => TrackReply.Hang;
        for (var second = 0; second < 60; second++)
        {
            bench.Evaluate(5_000);
            bench.Clock.Advance(TimeSpan.FromSeconds(1));
            // The queue, as much again that the outbox did not take, the room for bursts, and what is under way.
            Assert.InRange(bench.Status.Waiting, 0, 1_000 + 1_000 + 10_000 + 500);
        }

        await bench.UntilAsync(() => bench.Status.Waiting <= 1_000);
        Assert.InRange(bench.Status.Lost, 300_000 - 20_000, 300_000);
        Assert.InRange(bench.Status.Lost + bench.Status.Waiting, 300_000 - 500, 300_000);
        Assert.InRange(bench.Logs.GetSnapshot().Count(record => record.Level == LogLevel.Error), 2, 4);
    }

    [Theory]
    [InlineData(OutboxTrouble.Throws)]
    [InlineData(OutboxTrouble.Hangs)]
    internal async Task An_outbox_that_cannot_be_reached_stops_neither_evaluations_nor_deliveries_and_is_told_of(OutboxTrouble trouble)
    {
        TroubledOutbox? outbox = null;
        await using var bench = await InsightBench.StartAsync(options =>
            options.InsightOutbox = outbox = new TroubledOutbox(options.Outbox.Path!, options.TimeProvider) { Trouble = trouble });

        bench.Evaluate(100);
        Assert.Equal(new FlushResult(Delivered: 100), await bench.FlushAsync());
        Assert.Equal(OutboxDrainEnd.OutboxUnreachable, (await bench.DrainAsync()).End);

        await bench.Server.StopAsync();
        bench.Evaluate(100);
        Assert.Equal(new FlushResult(Held: 100), await bench.FlushAsync());
        var status = bench.Client.GetOutboxStatusAsync(TestContext.Current.CancellationToken);
        await bench.UntilAsync(() => status.IsCompleted);
        Assert.Equal(
            new OutboxStatus(null, trouble == OutboxTrouble.Hangs ? "it does not answer in time" : "the store is on fire"), await status);

        outbox!.Trouble = OutboxTrouble.None;
        await bench.UntilAsync(() => bench.OutboxFiles == 2);
        Assert.Equal(new OutboxStatus(2, null), await bench.Client.GetOutboxStatusAsync(TestContext.Current.CancellationToken));

        await bench.Server.RestartAsync();
        await bench.UntilAsync(() => bench.Server.TakenEvents == 200);
        bench.AssertEachArrivedOnce();
        Assert.Equal(
            [LogLevel.Warning, LogLevel.Information],
            bench.Logs.GetSnapshot().Where(record => record.Message.Contains("outbox for insights can", StringComparison.Ordinal)).Select(record => record.Level).Take(2));
    }

    [Fact]
    public async Task Metrics_that_are_waited_for_go_to_the_outbox_when_the_queue_is_full_and_are_refused_when_that_is_away_too()
    {
        TroubledOutbox? outbox = null;
        await using var bench = await InsightBench.StartAsync(options =>
        {
            (options.Insights.Capacity, options.Insights.BatchSize) = (10, 10);
            options.InsightOutbox = outbox = new TroubledOutbox(options.Outbox.Path!, options.TimeProvider);
        });
        bench.Server.Reply = _ => TrackReply.Hang;
        bench.Evaluate(60);
        await Eventually.Holds(() => bench.Status.Waiting == 10);
        var user = FfcUser.Builder("ada").Build();

        Assert.True(await bench.Client.TrackMetricsAsync(user, [new("clicks", 1)], TestContext.Current.CancellationToken));
        Assert.Equal((10, 1, 1), (bench.Status.Waiting, bench.Status.ToOutbox, bench.OutboxFiles));

        outbox!.Trouble = OutboxTrouble.Throws;
        Assert.False(await bench.Client.TrackMetricsAsync(user, [new("clicks", 1)], TestContext.Current.CancellationToken));
        Assert.Equal((10, 0), (bench.Status.Waiting, bench.Status.Lost));
    }
}
