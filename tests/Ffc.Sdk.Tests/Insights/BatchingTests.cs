using Ffc.Tests;

namespace Ffc.Sdk.Tests.Insights;

public sealed class BatchingTests
{
    [Fact]
    public async Task A_full_batch_is_sent_immediately_and_a_partial_one_after_the_flush_interval()
    {
        await using var host = await InsightTestHost.StartAsync();
        host.Evaluate(120);

        await host.WaitForArrivalAsync(100);
        Assert.Equal(20, host.Status.Waiting);
        host.Clock.Advance(TimeSpan.FromSeconds(2.9));
        Assert.Equal(100, host.Server.UserKeys.Count);

        host.Clock.Advance(TimeSpan.FromSeconds(0.1));
        await host.WaitForArrivalAsync(120);
        Assert.Equal([20, 50, 50], host.Server.Requests.Select(request => request.Events.Count).Order());
        host.AssertEachArrivedOnce();
    }

    [Fact]
    public async Task A_request_contains_at_most_BatchSize_events()
    {
        await using var host = await InsightTestHost.StartAsync(options => options.Insights.BatchSize = 7);
        host.Evaluate(100);

        var result = await host.Client.FlushAsync(TestContext.Current.CancellationToken);

        Assert.Equal(new FlushResult { Delivered = 100 }, result);
        Assert.All(host.Server.Requests, request => Assert.InRange(request.Events.Count, 1, 7));
    }

    [Fact]
    public async Task At_most_five_requests_run_at_the_same_time()
    {
        await using var host = await InsightTestHost.StartAsync(options => options.Insights.MaxRetries = 0);
        host.Server.Reply = _ => TrackReply.Hang;
        host.Evaluate(5_000);

        await Eventually.Holds(() => host.Server.Requests.Count == 5);
        Assert.Equal(4_750, host.Status.Waiting);

        // The five requests time out. The next batches go to the outbox during the pause that follows.
        host.Server.Reply = _ => TrackReply.Ok;
        host.Clock.Advance(TimeSpan.FromSeconds(10));
        await Eventually.Holds(() => host.Status.ToOutbox == 5_000);
        Assert.Equal(5, host.Server.Requests.Count);
    }

    [Fact]
    public async Task FlushAsync_sends_queued_events_and_returns_their_destinations()
    {
        await using var host = await InsightTestHost.StartAsync();
        host.Evaluate(75);
        Assert.Equal(new FlushResult { Delivered = 75 }, await host.Client.FlushAsync(TestContext.Current.CancellationToken));
        Assert.Equal(new FlushResult(), await host.Client.FlushAsync(TestContext.Current.CancellationToken));

        await host.Server.StopAsync();
        host.Evaluate(30);
        Assert.Equal(new FlushResult { ToOutbox = 30 }, await host.FlushAsync());
        Assert.Equal(1, host.OutboxFiles);
    }

    [Fact]
    public async Task FlushAsync_continues_in_the_background_when_its_caller_cancels()
    {
        await using var host = await InsightTestHost.StartAsync();
        host.Server.Reply = _ => TrackReply.Hang;
        host.Evaluate(1);
        using var callerCts = new CancellationTokenSource();
        var flush = host.Client.FlushAsync(callerCts.Token);
        await Eventually.Holds(() => host.Server.Requests.Count == 1);

        await callerCts.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => flush);

        host.Server.Reply = _ => TrackReply.Ok;
        await host.UntilAsync(() => host.Status.Delivered == 1);
    }

    [Fact]
    public async Task Status_counts_events_by_outcome()
    {
        await using var host = await InsightTestHost.StartAsync();
        host.Evaluate(10);
        host.Client.TrackMetric(FfcUser.Builder("ada").Build(), "clicks", 2);
        Assert.Equal(new InsightStatus { Waiting = 11, Queued = 11 }, host.Status);

        await host.Client.FlushAsync(TestContext.Current.CancellationToken);
        Assert.Equal(new InsightStatus { Queued = 11, Delivered = 11 }, host.Status);
    }
}
