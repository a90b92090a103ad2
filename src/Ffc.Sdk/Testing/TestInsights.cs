using Ffc.Sdk.Insights;

namespace Ffc.Sdk.Testing;

/// <summary>Keeps the events of a test and sends none. Thread-safe.</summary>
internal sealed class TestInsights : IInsightProcessor
{
    private readonly Lock _lock = new();
    private readonly List<TrackedMetric> _metrics = [];
    private readonly List<string> _evaluatedFlags = [];

    public bool HasRoom => true;

    public InsightStatus Status => new() { State = InsightState.Off };

    public IReadOnlyList<TrackedMetric> Metrics
    {
        get
        {
            lock (_lock)
                return [.. _metrics];
        }
    }

    public IReadOnlyList<string> EvaluatedFlags
    {
        get
        {
            lock (_lock)
                return [.. _evaluatedFlags];
        }
    }

    public void Record(InsightEvent item)
    {
        lock (_lock)
        {
            switch (item)
            {
                case FlagEvent evaluation:
                    _evaluatedFlags.Add(evaluation.FlagKey);
                    break;
                case MetricEvent metric:
                    AddNeedsLock(metric.User, metric.Name, metric.Value);
                    foreach (var (name, value) in metric.More ?? [])
                        AddNeedsLock(metric.User, name, value);
                    break;
            }
        }
    }

    public void Lose(int events)
    {
    }

    public ValueTask<bool> TryRecordAsync(InsightEvent item, CancellationToken cancellationToken)
    {
        Record(item);
        return ValueTask.FromResult(true);
    }

    public Task<FlushResult> FlushAsync(CancellationToken cancellationToken) => Task.FromResult(new FlushResult());

    public Task<OutboxDrainResult> DrainOutboxAsync(CancellationToken cancellationToken) =>
        Task.FromResult(new OutboxDrainResult { Outcome = OutboxDrainOutcome.Off });

    public Task<OutboxStatus> GetOutboxStatusAsync(CancellationToken cancellationToken) =>
        Task.FromResult(new OutboxStatus { Problem = "the client has the flags of a test" });

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void AddNeedsLock(FfcUser user, string name, double value) =>
        _metrics.Add(new TrackedMetric { User = user, EventName = name, NumericValue = value });
}
