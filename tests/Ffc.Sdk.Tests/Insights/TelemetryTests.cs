using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Ffc.Tests;

namespace Ffc.Sdk.Tests.Insights;

/// <summary>Not parallel, because all clients of a process share meters and traces.</summary>
[Collection(nameof(TelemetryTests))]
[CollectionDefinition(nameof(TelemetryTests), DisableParallelization = true)]
public sealed class TelemetryTests
{
    private static readonly FfcUser Ada = FfcUser.Builder("ada-PRIVATE").Email("ada-PRIVATE@example.org").Build();

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Counters_follow_the_events_to_their_destinations()
    {
        using var meters = new Meters();
        await using var host = await InsightTestHost.StartAsync();
        host.Evaluate(10);
        meters.Observe();
        Assert.Equal(10, meters["ffc.insights.queue.length"]);

        await host.FlushAsync();
        await host.Server.StopAsync();
        host.Evaluate(20);
        await host.FlushAsync();
        await host.Server.RestartAsync();
        await host.UntilAsync(() => host.Status.Delivered == 30);
        host.Server.Reply = _ => new TrackReply(400);
        host.Evaluate(5);
        await host.FlushAsync();
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
        const string error = "feature_flag.provider.name=ffc feature_flag.result.reason=error";
        using var meters = new Meters();
        await using var host = await InsightTestHost.StartAsync();
        host.Client.Variation("plain", Ada, "");
        host.Client.Variation("plain", Ada, "");
        host.Client.Variation("nosuch", Ada, "");
        host.Client.Variation("plain", null, "");
        host.Client.Variation("plain", Ada, 1);
        host.Client.GetAllFlags(Ada).Get("needy");

        Assert.Equal(
            [
                $"error.type=flag_not_found {error} ffc.reason=flag not found: 1",
                $"error.type=targeting_key_missing {error} ffc.reason=user not specified: 1",
                $"error.type=type_mismatch {error} ffc.reason=wrong type: 1",
                "feature_flag.provider.name=ffc feature_flag.result.reason=default ffc.reason=fall through all rules: 3",
            ],
            meters.ByTags("ffc.evaluations").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task An_evaluation_adds_an_event_without_user_data_to_the_current_span()
    {
        using var spans = new Spans("Ffc.Sdk", "Test");
        using var source = new ActivitySource("Test");
        await using var host = await InsightTestHost.StartAsync();

        using (var span = source.StartActivity("request"))
        {
            host.Client.Variation("plain", Ada, "");
            host.Client.Variation("nosuch", Ada, "");
            Assert.Equal(
                [
                    "feature_flag.evaluation: feature_flag.key=plain feature_flag.provider.name=ffc "
                        + "feature_flag.result.reason=default ffc.reason=fall through all rules feature_flag.result.variant=1",
                    "feature_flag.evaluation: feature_flag.key=nosuch feature_flag.provider.name=ffc "
                        + "feature_flag.result.reason=error ffc.reason=flag not found error.type=flag_not_found",
                ],
                span!.Events.Select(item =>
                    $"{item.Name}: {string.Join(' ', item.Tags.Select(tag => $"{tag.Key}={tag.Value}"))}"));
        }

        // The span of a delivery has no parent.
        await host.FlushAsync();
        var send = Assert.Single(spans.Ended, span => span.OperationName == "ffc.insights.send");
        Assert.Null(send.ParentId);
        Assert.Equal([new("ffc.insights.events", 1), new("http.response.status_code", 202)], send.TagObjects);
        Assert.DoesNotContain(
            spans.Ended.SelectMany(span => span.TagObjects),
            tag => tag.Value?.ToString()?.Contains("PRIVATE", StringComparison.Ordinal) == true);
    }

    [Fact]
    public async Task An_evaluation_adds_no_span_event_when_nothing_listens_to_the_client()
    {
        using var spans = new Spans("Test");
        using var source = new ActivitySource("Test");
        await using var host = await InsightTestHost.StartAsync();

        using var span = source.StartActivity("request");
        host.Client.Variation("plain", Ada, "");

        Assert.Empty(span!.Events);
    }

    [Fact]
    public async Task Requests_do_not_belong_to_the_span_that_created_the_client()
    {
        using var spans = new Spans("Ffc.Sdk", "Test");
        using var source = new ActivitySource("Test");
        InsightTestHost host;
        using (source.StartActivity("the first request"))
            host = await InsightTestHost.StartAsync();

        await using (host)
        {
            host.Evaluate(1);
            await host.Client.FlushAsync(Test);
        }

        Assert.Null(Assert.Single(spans.Ended, span => span.OperationName == "ffc.insights.send").ParentId);
    }

    /// <summary>Listens to the client's meter.</summary>
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

        /// <summary>The sum of the measurements, or the last one of an observable instrument.</summary>
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
            _measured.Where(item => item.Name == name)
                .GroupBy(item => item.Tags)
                .Select(group => $"{group.Key}: {group.Sum(item => item.Value)}");

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
