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
    [InlineData("paid", 0, "numericValue must be above 0 and fit a 32-bit float, so at most 3.4e38")]
    [InlineData("paid", -1, "numericValue must be above 0 and fit a 32-bit float, so at most 3.4e38")]
    [InlineData("paid", 1e39, "numericValue must be above 0 and fit a 32-bit float, so at most 3.4e38")]
    [InlineData("paid", 1e-46, "numericValue must be above 0 and fit a 32-bit float, so at most 3.4e38")]
    [InlineData("paid", double.NaN, "numericValue must be above 0 and fit a 32-bit float, so at most 3.4e38")]
    [InlineData("paid", double.PositiveInfinity, "numericValue must be above 0 and fit a 32-bit float, so at most 3.4e38")]
    public async Task TrackMetric_logs_an_invalid_metric_and_TryTrackAsync_throws(string? name, double value, string fault)
    {
        await using var host = await InsightTestHost.StartAsync();

        host.Client.TrackMetric(Ada, name!, value);
        var exception = await Assert.ThrowsAsync<InvalidMetricException>(
            () => host.Client.TryTrackAsync(Ada, [new("good", 1), new(name!, value)], Test).AsTask());

        Assert.Equal(0, host.Status.Queued);
        Assert.Equal(
            $"The metric {name ?? "(null)"} was ignored: {fault} (environment 1__2__3)", Assert.Single(Ignored(host)));
        Assert.Equal((1, fault), (exception.Index, $"{exception.Member} {exception.Fault}"));
    }

    [Fact]
    public async Task TrackMetrics_ignores_invalid_metrics_and_records_the_others()
    {
        await using var host = await InsightTestHost.StartAsync();

        host.Client.TrackMetrics(Ada, new Dictionary<string, double> { ["good"] = 2, [" "] = 1, ["bad"] = double.NaN });
        host.Client.TrackMetrics(Ada, new Dictionary<string, double> { ["bad"] = 0 });
        host.Client.TrackMetrics(Ada, new Dictionary<string, double>());
        await host.Client.FlushAsync(Test);

        var metrics = Assert.Single(host.Server.Events).GetProperty("metrics");
        Assert.Equal("good", Assert.Single(metrics.EnumerateArray()).GetProperty("eventName").GetString());
    }

    [Fact]
    public async Task TrackMetric_and_TrackMetrics_ignore_null_arguments()
    {
        await using var host = await InsightTestHost.StartAsync();

        host.Client.TrackMetric(null, "clicks");
        host.Client.TrackMetrics(null, new Dictionary<string, double> { ["clicks"] = 1 });
        host.Client.TrackMetrics(Ada, null!);

        Assert.Equal(0, host.Status.Queued);
        Assert.Equal(3, Ignored(host).Count);
    }

    [Fact]
    public async Task TryTrackAsync_records_one_event_and_allows_repeated_names()
    {
        await using var host = await InsightTestHost.StartAsync();

        Assert.True(await host.Client.TryTrackAsync(Ada, [new("clicks", 1), new("clicks", 2)], Test));
        Assert.True(await host.Client.TryTrackAsync(Ada, [], Test));
        await host.Client.FlushAsync(Test);

        var metrics = Assert.Single(host.Server.Events).GetProperty("metrics").EnumerateArray();
        Assert.Equal([1, 2], metrics.Select(metric => metric.GetProperty("numericValue").GetDouble()));
    }

    [Fact]
    public async Task An_offline_client_records_and_sends_nothing()
    {
        await using var host = await InsightTestHost.StartAsync(options => options.Offline = true);

        host.Evaluate(1);
        host.Client.TrackMetric(Ada, "clicks");
        Assert.True(await host.Client.TryTrackAsync(Ada, [new("clicks", 1)], Test));

        Assert.Equal(new FlushResult(), await host.Client.FlushAsync(Test));
        Assert.Equal(OutboxDrainOutcome.Off, (await host.Client.Insights.DrainOutboxAsync(Test)).Outcome);
        Assert.Equal(InsightState.Off, host.Status.State);
        Assert.Null((await host.Client.Insights.GetOutboxStatusAsync(Test)).Batches);
        Assert.Empty(host.Server.Requests);
    }

    [Fact]
    public async Task Nothing_is_recorded_or_sent_when_insights_are_disabled()
    {
        await using var host = await InsightTestHost.StartAsync(options => options.Insights.Enabled = false);

        host.Evaluate(1);
        host.Client.TrackMetric(Ada, "clicks");
        Assert.True(await host.Client.TryTrackAsync(Ada, [new("clicks", 1)], Test));

        Assert.Equal(new FlushResult(), await host.Client.FlushAsync(Test));
        Assert.Equal(InsightState.Off, host.Status.State);
        Assert.Equal("yes", host.Client.Variation("plain", Ada, ""));
        Assert.Empty(host.Server.Requests);

        // The client still connects to the stream.
        await Eventually.Holds(() => host.Client.UpdateStatusProvider.Status.LastError is not null);
    }

    private static List<string> Ignored(InsightTestHost host) =>
        [.. host.Logs.GetSnapshot()
            .Where(record => record.Level == LogLevel.Warning && record.Id.Id == 5)
            .Select(record => record.Message)];

    [Fact]
    public async Task A_hundred_thousand_events_in_a_second_are_delivered_without_loss()
    {
        await using var host = await InsightTestHost.StartAsync(options => options.TimeProvider = TimeProvider.System);
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        for (var burst = 0; burst < 100; burst++)
        {
            host.Evaluate(1_000);
            await pace.WaitForNextTickAsync(Test);

            // On a busy machine the server may be slower than that.
            await Eventually.Is(() => host.Status.Waiting, events => events <= 10_000);
        }

        await host.Client.FlushAsync(Test);
        Assert.Equal(OutboxDrainOutcome.Empty, (await host.Client.Insights.DrainOutboxAsync(Test)).Outcome);
        Assert.Equal(0, host.Status.Lost);
        host.AssertEachArrivedOnce();
    }

    [Fact]
    public async Task Recording_an_event_allocates_only_the_event()
    {
        await using var host = await InsightTestHost.StartAsync(options =>
        {
            options.TimeProvider = TimeProvider.System;
            options.Insights.FlushInterval = TimeSpan.FromHours(1);
        });
        Measure(4_000);

        // The smallest of several measurements: a wake-up of the sender can make the queue of the thread pool grow by 1 KB.
        List<(long Metrics, long Evaluations)> measured = [];
        for (var i = 0; i < 5; i++)
        {
            await host.Client.FlushAsync(Test);
            measured.Add(Measure(1_000));
        }

        // A metric event has four fields of 8 bytes, an evaluation event seven, and each has a header of 16 bytes.
        Assert.InRange(measured.Min(item => item.Metrics) / 1_000.0, 48, 49);
        Assert.InRange(measured.Min(item => item.Evaluations) / 1_000.0, 72, 73);

        (long Metrics, long Evaluations) Measure(int times)
        {
            var start = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < times; i++)
                host.Client.TrackMetric(Ada, "clicks", 2);
            var middle = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < times; i++)
                host.Client.Variation("plain", Ada, "");
            return (middle - start, GC.GetAllocatedBytesForCurrentThread() - middle);
        }
    }
}
