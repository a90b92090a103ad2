using Ffc.Tests;
using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Tests.Insights;

public sealed class StopTests
{
    [Fact]
    public async Task A_client_that_is_closed_sends_what_is_waiting()
    {
        await using var bench = await InsightBench.StartAsync();
        bench.Evaluate(170);

        await bench.CloseAsync(bench.Client);

        Assert.Equal(170, bench.Server.TakenEvents);
        Assert.Equal(0, bench.OutboxFiles);
        bench.AssertEachArrivedOnce();
    }

    [Fact]
    public async Task What_cannot_be_sent_in_two_seconds_is_in_the_outbox_before_four_are_over_and_another_client_delivers_it()
    {
        await using var bench = await InsightBench.StartAsync();
        bench.Server.Reply = _ => TrackReply.Hang;
        bench.Evaluate(9_990);
        var began = bench.Clock.GetUtcNow();

        await bench.CloseAsync(bench.Client);

        Assert.InRange((bench.Clock.GetUtcNow() - began).TotalSeconds, 0, 4);
        Assert.Equal((0, 9_990), (bench.Status.Lost, bench.Status.ToOutbox));
        Assert.Equal(250, bench.Status.PossibleDuplicates);

        bench.Server.Reply = _ => TrackReply.Ok;
        await using var next = bench.Another();
        await bench.UntilAsync(() => next.Insights.Delivered == 9_990);
        bench.AssertEachArrivedOnce();
        Assert.Equal(0, bench.OutboxFiles);
        await bench.CloseAsync(next);
    }

    [Fact]
    public async Task A_server_that_refuses_connections_costs_no_event_at_the_stop()
    {
        await using var bench = await InsightBench.StartAsync();
        await bench.Server.StopAsync();
        bench.Evaluate(1_234);

        await bench.CloseAsync(bench.Client);

        Assert.Equal((0, 1_234, 0), (bench.Status.Lost, bench.Status.ToOutbox, bench.Status.PossibleDuplicates));
    }

    [Fact]
    public async Task With_neither_server_nor_outbox_the_stop_takes_no_longer_and_the_loss_is_counted_and_told()
    {
        TroubledOutbox? outbox = null;
        await using var bench = await InsightBench.StartAsync(options =>
            options.InsightOutbox = outbox = new TroubledOutbox(options.Outbox.Path!, options.TimeProvider) { Trouble = OutboxTrouble.Hangs });
        bench.Server.Reply = _ => TrackReply.Hang;
        bench.Evaluate(777);
        var began = bench.Clock.GetUtcNow();

        await bench.CloseAsync(bench.Client);

        Assert.InRange((bench.Clock.GetUtcNow() - began).TotalSeconds, 0, 4);
        Assert.Equal(777, bench.Status.Lost);
        var told = bench.Logs.GetSnapshot().Where(record => record.Level == LogLevel.Error).ToList();
        Assert.InRange(told.Count, 1, 2);
        Assert.Contains("(777 so far)", told[^1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_drain_has_just_delivered_is_out_of_the_outbox_before_the_stop_is_over()
    {
        TroubledOutbox? outbox = null;
        await using var bench = await InsightBench.StartAsync(options =>
            options.InsightOutbox = outbox = new TroubledOutbox(options.Outbox.Path!, options.TimeProvider) { Removal = TimeSpan.FromSeconds(1) });
        await bench.Server.StopAsync();
        bench.Evaluate(50);
        Assert.Equal(new FlushResult(ToOutbox: 50), await bench.FlushAsync());
        await bench.Server.RestartAsync();
        bench.Clock.Advance(TimeSpan.FromMinutes(1));
        var drain = bench.Client.DrainOutboxAsync(TestContext.Current.CancellationToken);
        await Eventually.Is(() => bench.Status.Delivered, delivered => delivered == 50);

        await bench.CloseAsync(bench.Client);

        Assert.Equal((0, 0), (bench.OutboxFiles, bench.Status.PossibleDuplicates));
        await drain;
    }

    [Fact]
    public async Task What_was_held_in_memory_since_the_outbox_was_away_is_kept_at_the_stop()
    {
        TroubledOutbox? outbox = null;
        await using var bench = await InsightBench.StartAsync(options =>
            options.InsightOutbox = outbox = new TroubledOutbox(options.Outbox.Path!, options.TimeProvider) { Trouble = OutboxTrouble.Throws });
        await bench.Server.StopAsync();
        bench.Evaluate(120);
        Assert.Equal(new FlushResult(Held: 120), await bench.FlushAsync());

        outbox!.Trouble = OutboxTrouble.None;
        await bench.CloseAsync(bench.Client);

        Assert.Equal((0, 120), (bench.Status.Lost, bench.Status.ToOutbox));
    }

    [Fact]
    public async Task A_flush_under_way_at_the_stop_ends_with_it()
    {
        await using var bench = await InsightBench.StartAsync();
        bench.Server.Reply = _ => TrackReply.Hang;
        bench.Evaluate(400);
        var flush = bench.Client.FlushAsync(TestContext.Current.CancellationToken);

        await bench.CloseAsync(bench.Client);

        Assert.Equal(new FlushResult(ToOutbox: 400), await flush);
    }

    [Fact]
    public async Task A_closed_client_evaluates_without_events_and_puts_metrics_that_are_waited_for_in_the_outbox()
    {
        await using var bench = await InsightBench.StartAsync();
        await bench.CloseAsync(bench.Client);
        var user = FfcUser.Builder("ada").Build();

        Assert.Equal("yes", bench.Client.Variation("plain", user, ""));
        bench.Client.TrackMetric(user, "clicks");
        Assert.True(await bench.Client.TrackMetricsAsync(user, [new("clicks", 1)], TestContext.Current.CancellationToken));
        Assert.Equal(1, bench.OutboxFiles);
        Assert.Equal(new FlushResult(), await bench.Client.FlushAsync(TestContext.Current.CancellationToken));
        Assert.Equal(OutboxDrainEnd.Off, (await bench.Client.DrainOutboxAsync(TestContext.Current.CancellationToken)).End);
        Assert.Equal(InsightState.Off, bench.Status.State);
        Assert.Empty(bench.Server.Requests);
    }
}
