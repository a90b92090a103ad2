using Ffc.Tests;

namespace Ffc.Sdk.Tests.Insights;

public sealed class BatchingTests
{
    [Fact]
    public async Task A_full_batch_goes_at_once_and_the_rest_when_the_flush_interval_is_over()
    {
        await using var bench = await InsightBench.StartAsync();
        bench.Evaluate(120);

        await bench.ArrivedAsync(100);
        Assert.Equal(20, bench.Status.Waiting);
        bench.Clock.Advance(TimeSpan.FromSeconds(2.9));
        Assert.Equal(100, bench.Server.UserKeys.Count);

        bench.Clock.Advance(TimeSpan.FromSeconds(0.1));
        await bench.ArrivedAsync(120);
        Assert.Equal([20, 50, 50], bench.Server.Requests.Select(request => request.Events.Count).Order());
        bench.AssertEachArrivedOnce();
    }

    [Fact]
    public async Task No_request_bears_more_than_the_batch_size()
    {
        await using var bench = await InsightBench.StartAsync(options => options.Insights.BatchSize = 7);
        bench.Evaluate(100);

        var result = await bench.Client.FlushAsync(TestContext.Current.CancellationToken);

        Assert.Equal(new FlushResult(Delivered: 100), result);
        Assert.All(bench.Server.Requests, request => Assert.InRange(request.Events.Count, 1, 7));
    }

    [Fact]
    public async Task No_more_than_five_requests_are_under_way_at_once()
    {
        await using var bench = await InsightBench.StartAsync(options => options.Insights.MaxRetries = 0);
        bench.Server.Reply = _ => TrackReply.Hang;
        bench.Evaluate(5_000);

        await Eventually.Holds(() => bench.Server.Requests.Count == 5);
        Assert.Equal(4_750, bench.Status.Waiting);

        // Five give up, and whoever is next finds that the server is not well.
        bench.Server.Reply = _ => TrackReply.Ok;
        bench.Clock.Advance(TimeSpan.FromSeconds(10));
        await Eventually.Holds(() => bench.Status.ToOutbox == 5_000);
        Assert.Equal(5, bench.Server.Requests.Count);
    }

    [Fact]
    public async Task A_flush_sends_what_is_waiting_and_says_what_became_of_it()
    {
        await using var bench = await InsightBench.StartAsync();
        bench.Evaluate(75);
        Assert.Equal(new FlushResult(Delivered: 75), await bench.Client.FlushAsync(TestContext.Current.CancellationToken));
        Assert.Equal(new FlushResult(), await bench.Client.FlushAsync(TestContext.Current.CancellationToken));

        await bench.Server.StopAsync();
        bench.Evaluate(30);
        Assert.Equal(new FlushResult(ToOutbox: 30), await bench.FlushAsync());
        Assert.Equal(1, bench.OutboxFiles);
    }

    [Fact]
    public async Task A_flush_that_is_given_up_goes_on_without_its_caller()
    {
        await using var bench = await InsightBench.StartAsync();
        bench.Server.Reply = _ => TrackReply.Hang;
        bench.Evaluate(1);
        using var impatient = new CancellationTokenSource();
        var flush = bench.Client.FlushAsync(impatient.Token);
        await Eventually.Holds(() => bench.Server.Requests.Count == 1);

        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => flush);

        bench.Server.Reply = _ => TrackReply.Ok;
        await bench.UntilAsync(() => bench.Status.Delivered == 1);
    }

    [Fact]
    public async Task The_status_counts_what_became_of_events()
    {
        await using var bench = await InsightBench.StartAsync();
        bench.Evaluate(10);
        bench.Client.TrackMetric(FfcUser.Builder("ada").Build(), "clicks", 2);
        Assert.Equal(new InsightStatus(InsightState.OK, null, 11, 11, 0, 0, 0, 0, 0), bench.Status);

        await bench.Client.FlushAsync(TestContext.Current.CancellationToken);
        Assert.Equal(new InsightStatus(InsightState.OK, null, 0, 11, 11, 0, 0, 0, 0), bench.Status);
    }
}
