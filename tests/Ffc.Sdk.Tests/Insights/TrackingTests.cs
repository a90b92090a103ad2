using Ffc.Tests;
using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Tests.Insights;

public sealed class TrackingTests
{
    private static readonly FfcUser Ada = FfcUser.Builder("ada").Build();

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null, 1, "eventName is missing or blank")]
    [InlineData("", 1, "eventName is missing or blank")]
    [InlineData("  ", 1, "eventName is missing or blank")]
    [InlineData("paid", 0, "numericValue must be a finite number above 0")]
    [InlineData("paid", -1, "numericValue must be a finite number above 0")]
    [InlineData("paid", double.NaN, "numericValue must be a finite number above 0")]
    [InlineData("paid", double.PositiveInfinity, "numericValue must be a finite number above 0")]
    public async Task A_metric_that_is_wrong_is_ignored_with_a_warning_or_refused_where_that_is_asked_for(string? name, double value, string fault)
    {
        await using var bench = await InsightBench.StartAsync();

        bench.Client.TrackMetric(Ada, name!, value);
        var refusal = await Assert.ThrowsAsync<InvalidMetricException>(() => bench.Client.TrackMetricsAsync(Ada, [new("good", 1), new(name!, value)], Test).AsTask());

        Assert.Equal(0, bench.Status.Queued);
        Assert.Equal($"A metric was ignored: {fault}", Assert.Single(Ignored(bench)));
        Assert.Equal((1, fault), (refusal.Index, $"{refusal.Member} {refusal.Fault}"));
    }

    [Fact]
    public async Task Of_several_metrics_those_that_are_wrong_are_ignored_and_the_others_taken()
    {
        await using var bench = await InsightBench.StartAsync();

        bench.Client.TrackMetrics(Ada, new Dictionary<string, double> { ["good"] = 2, [" "] = 1, ["bad"] = double.NaN });
        bench.Client.TrackMetrics(Ada, new Dictionary<string, double> { ["bad"] = 0 });
        bench.Client.TrackMetrics(Ada, new Dictionary<string, double>());
        await bench.Client.FlushAsync(Test);

        var metrics = Assert.Single(bench.Server.Events).GetProperty("metrics");
        Assert.Equal("good", Assert.Single(metrics.EnumerateArray()).GetProperty("eventName").GetString());
    }

    [Fact]
    public async Task Nothing_that_is_tracked_wrongly_throws()
    {
        await using var bench = await InsightBench.StartAsync();

        bench.Client.TrackMetric(null, "clicks");
        bench.Client.TrackMetrics(null, new Dictionary<string, double> { ["clicks"] = 1 });
        bench.Client.TrackMetrics(Ada, null!);

        Assert.Equal(0, bench.Status.Queued);
        Assert.Equal(3, Ignored(bench).Count);
    }

    [Fact]
    public async Task Metrics_that_are_waited_for_go_as_one_event_names_may_come_twice()
    {
        await using var bench = await InsightBench.StartAsync();

        Assert.True(await bench.Client.TrackMetricsAsync(Ada, [new("clicks", 1), new("clicks", 2)], Test));
        Assert.True(await bench.Client.TrackMetricsAsync(Ada, [], Test));
        await bench.Client.FlushAsync(Test);

        Assert.Equal([1, 2], Assert.Single(bench.Server.Events).GetProperty("metrics").EnumerateArray().Select(metric => metric.GetProperty("numericValue").GetDouble()));
    }

    [Fact]
    public async Task Offline_nothing_is_taken_and_nothing_sent()
    {
        await using var bench = await InsightBench.StartAsync(options => options.Offline = true);

        bench.Evaluate(1);
        bench.Client.TrackMetric(Ada, "clicks");
        Assert.True(await bench.Client.TrackMetricsAsync(Ada, [new("clicks", 1)], Test));

        Assert.Equal(new FlushResult(), await bench.Client.FlushAsync(Test));
        Assert.Equal(OutboxDrainEnd.Off, (await bench.Client.DrainOutboxAsync(Test)).End);
        Assert.Equal(InsightState.Off, bench.Status.State);
        Assert.Null((await bench.Client.GetOutboxStatusAsync(Test)).Batches);
        Assert.Empty(bench.Server.Requests);
    }

    private static List<string> Ignored(InsightBench bench) =>
        [.. bench.Logs.GetSnapshot().Where(record => record.Level == LogLevel.Warning && record.Id.Id == 5).Select(record => record.Message)];

    [Fact]
    public async Task A_hundred_thousand_events_at_the_pace_of_a_second_are_taken_in_without_loss()
    {
        await using var bench = await InsightBench.StartAsync(options => options.TimeProvider = TimeProvider.System);
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        for (var burst = 0; burst < 100; burst++)
        {
            bench.Evaluate(1_000);
            await pace.WaitForNextTickAsync(Test);

            // A machine that is busy with other things is no server that keeps up: it is waited for.
            await Eventually.Is(() => bench.Status.Waiting, events => events <= 10_000);
        }

        await bench.Client.FlushAsync(Test);
        Assert.Equal(OutboxDrainEnd.Empty, (await bench.Client.DrainOutboxAsync(Test)).End);
        Assert.Equal(0, bench.Status.Lost);
        bench.AssertEachArrivedOnce();
    }

    [Fact]
    public async Task An_event_costs_its_own_allocation_and_no_other()
    {
        await using var bench = await InsightBench.StartAsync(options =>
        {
            options.TimeProvider = TimeProvider.System;
            options.Insights.FlushInterval = TimeSpan.FromHours(1);
        });
        Measure(4_000);
        await bench.Client.FlushAsync(Test);

        // An event of a metric holds four references or numbers, one of an evaluation seven; each has a header of two.
        var (metrics, evaluations) = Measure(1_000);
        Assert.InRange(metrics / 1_000.0, 48, 49);
        Assert.InRange(evaluations / 1_000.0, 72, 73);

        (long Metrics, long Evaluations) Measure(int times)
        {
            var start = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < times; i++)
                bench.Client.TrackMetric(Ada, "clicks", 2);
            var middle = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < times; i++)
                bench.Client.Variation("plain", Ada, "");
            return (middle - start, GC.GetAllocatedBytesForCurrentThread() - middle);
        }
    }
}
