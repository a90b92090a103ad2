using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Ffc.Tests;

namespace Ffc.Sdk.Tests.Insights;

/// <summary>Alone, since meters and traces are shared by all clients of a process.</summary>
[Collection(nameof(TelemetryTests))]
[CollectionDefinition(nameof(TelemetryTests), DisableParallelization = true)]
public sealed class TelemetryTests
{
    private static readonly FfcUser Ada = FfcUser.Builder("ada-PRIVATE").Email("ada-PRIVATE@example.org").Build();

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_becomes_of_events_is_measured()
    {
        using var meters = new Meters();
        await using var bench = await InsightBench.StartAsync();
        bench.Evaluate(10);
        meters.Observe();
        Assert.Equal(10, meters["ffc.insights.queue.length"]);

        await bench.FlushAsync();
        await bench.Server.StopAsync();
        bench.Evaluate(20);
        await bench.FlushAsync();
        await bench.Server.RestartAsync();
        await bench.UntilAsync(() => bench.Status.Delivered == 30);
        bench.Server.Reply = _ => new TrackReply(400);
        bench.Evaluate(5);
        await bench.FlushAsync();
        meters.Observe();

        Assert.Equal(0, meters["ffc.insights.queue.length"]);
        Assert.Equal(30, meters["ffc.insights.delivered"]);
        Assert.Equal(20, meters["ffc.insights.to_outbox"]);
        Assert.Equal(5, meters["ffc.insights.rejected"]);
        Assert.Equal(0, meters["ffc.insights.lost"]);
        Assert.Equal(2, meters.CountOf("ffc.insights.delivery.duration"));
        Assert.InRange(meters["ffc.insights.queued"], 35, double.MaxValue);
    }

    [Fact]
    public async Task Evaluations_are_counted_by_reason()
    {
        using var meters = new Meters();
        await using var bench = await InsightBench.StartAsync();
        bench.Client.Variation("plain", Ada, "");
        bench.Client.Variation("plain", Ada, "");
        bench.Client.Variation("nosuch", Ada, "");
        bench.Client.Variation("plain", null, "");
        bench.Client.Variation("plain", Ada, 1);
        bench.Client.GetAllFlags(Ada).Get("needy");

        Assert.Equal(
            [
                "error.type=flag_not_found feature_flag.provider.name=ffc feature_flag.result.reason=error ffc.reason=flag not found: 1",
                "error.type=targeting_key_missing feature_flag.provider.name=ffc feature_flag.result.reason=error ffc.reason=user not specified: 1",
                "error.type=type_mismatch feature_flag.provider.name=ffc feature_flag.result.reason=error ffc.reason=wrong type: 1",
                "feature_flag.provider.name=ffc feature_flag.result.reason=default ffc.reason=fall through all rules: 3",
            ],
            meters.ByTags("ffc.evaluations").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task An_evaluation_leaves_an_event_on_the_span_it_happens_in_and_nothing_of_the_user()
    {
        using var spans = new Spans("Ffc.Sdk", "Test");
        using var source = new ActivitySource("Test");
        await using var bench = await InsightBench.StartAsync();

        using (var span = source.StartActivity("request"))
        {
            bench.Client.Variation("plain", Ada, "");
            bench.Client.Variation("nosuch", Ada, "");
            Assert.Equal(
                [
                    "feature_flag.evaluation: feature_flag.key=plain feature_flag.provider.name=ffc feature_flag.result.reason=default ffc.reason=fall through all rules feature_flag.result.variant=1",
                    "feature_flag.evaluation: feature_flag.key=nosuch feature_flag.provider.name=ffc feature_flag.result.reason=error ffc.reason=flag not found error.type=flag_not_found",
                ],
                span!.Events.Select(item => $"{item.Name}: {string.Join(' ', item.Tags.Select(tag => $"{tag.Key}={tag.Value}"))}"));
        }

        // A span of its own, and none of the request that happens to have made the client.
        await bench.FlushAsync();
        var send = Assert.Single(spans.Ended, span => span.OperationName == "ffc.insights.send");
        Assert.Null(send.ParentId);
        Assert.Equal([new("ffc.insights.events", 1), new("http.response.status_code", 202)], send.TagObjects);
        Assert.DoesNotContain(spans.Ended, span => span.TagObjects.Any(tag => tag.Value?.ToString()?.Contains("PRIVATE", StringComparison.Ordinal) == true));
    }

    [Fact]
    public async Task Without_a_listener_to_the_client_a_span_gets_no_events()
    {
        using var spans = new Spans("Test");
        using var source = new ActivitySource("Test");
        await using var bench = await InsightBench.StartAsync();

        using var span = source.StartActivity("request");
        bench.Client.Variation("plain", Ada, "");

        Assert.Empty(span!.Events);
    }

    [Fact]
    public async Task A_client_made_within_a_span_does_not_drag_it_along()
    {
        using var spans = new Spans("Ffc.Sdk", "Test");
        using var source = new ActivitySource("Test");
        InsightBench bench;
        using (source.StartActivity("the first request"))
            bench = await InsightBench.StartAsync();

        await using (bench)
        {
            bench.Evaluate(1);
            await bench.Client.FlushAsync(Test);
        }

        Assert.Null(Assert.Single(spans.Ended, span => span.OperationName == "ffc.insights.send").ParentId);
    }

    /// <summary>Listens to the meter of the client.</summary>
    private sealed class Meters : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly ConcurrentQueue<(string Name, double Value, string Tags)> _measured = new();
        private readonly HashSet<string> _observed = [];

        public Meters()
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name != "Ffc.Sdk")
                    return;
                if (instrument.IsObservable)
                    _observed.Add(instrument.Name);
                listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
            _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
            _listener.Start();
        }

        /// <summary>The sum of what was measured, or the last that was observed.</summary>
        public double this[string name]
        {
            get
            {
                var values = _measured.Where(item => item.Name == name).Select(item => item.Value).ToList();
                return _observed.Contains(name) ? values[^1] : values.Sum();
            }
        }

        public int CountOf(string name) => _measured.Count(item => item.Name == name);

        public IEnumerable<string> ByTags(string name) =>
            _measured.Where(item => item.Name == name).GroupBy(item => item.Tags).Select(group => $"{group.Key}: {group.Sum(item => item.Value)}");

        public void Observe() => _listener.RecordObservableInstruments();

        public void Dispose() => _listener.Dispose();

        private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var sorted = tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}").Order(StringComparer.Ordinal);
            _measured.Enqueue((instrument.Name, value, string.Join(' ', sorted)));
        }
    }

    /// <summary>Listens to traces.</summary>
    private sealed class Spans : IDisposable
    {
        private readonly ActivityListener _listener;
        private readonly ConcurrentQueue<Activity> _ended = new();

        public Spans(params string[] sources)
        {
            _listener = new ActivityListener
            {
                ShouldListenTo = source => sources.Contains(source.Name),
                Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
                ActivityStopped = _ended.Enqueue,
            };
            ActivitySource.AddActivityListener(_listener);
        }

        public IReadOnlyCollection<Activity> Ended => _ended;

        public void Dispose() => _listener.Dispose();
    }
}
