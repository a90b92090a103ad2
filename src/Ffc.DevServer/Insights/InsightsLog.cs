using System.Text.Json;

namespace Ffc.DevServer.Insights;

/// <summary>Keeps the latest events in memory, and totals of all metrics since the start. Thread-safe.</summary>
/// <param name="capacity">The maximum number of events.</param>
/// <param name="capacityBytes">The maximum memory of all events, because an event can have the size of a request.</param>
internal sealed class InsightsLog(int capacity, long capacityBytes)
{
    /// <summary>The length after which texts of clients are cut where they are kept in addition to the event.</summary>
    public const int MaxTextLength = 1000;

    // A limit, because the names come from clients.
    private const int MaxMetrics = 1000;

    private readonly Lock _lock = new();

    // Guarded by _lock.
    private readonly Queue<ReceivedEvent> _events = new();
    private readonly Dictionary<string, MetricView> _metrics = new(StringComparer.Ordinal);
    private long _bytes;
    private long _received;
    private long _batches;
    private int _cleared;

    /// <summary>
    /// Is raised after events were received or deleted, on the thread of the request. A handler must be fast and must not throw.
    /// </summary>
    public event Action? Changed;

    /// <summary>The totals of each metric, in the order of names.</summary>
    public IReadOnlyList<MetricView> Metrics
    {
        get
        {
            lock (_lock)
                return [.. _metrics.Values.OrderBy(metric => metric.Name, StringComparer.Ordinal)];
        }
    }

    /// <summary>Shortens a text to <see cref="MaxTextLength"/>.</summary>
    public static string Cut(string text) => text.Length <= MaxTextLength ? text : text[..MaxTextLength];

    public void Add(DateTimeOffset time, IReadOnlyList<JsonElement> batch)
    {
        ReceivedEvent[] events = [.. batch.Select(content => ReceivedEvent.Create(time, content))];
        lock (_lock)
        {
            _batches++;
            _received += events.Length;
            foreach (var item in events)
            {
                _events.Enqueue(item);
                _bytes += item.Bytes;
                AddMetricsNeedsLock(item.Content);
            }

            while (_events.Count > capacity || _bytes > capacityBytes)
                _bytes -= _events.Dequeue().Bytes;
        }

        Changed?.Invoke();
    }

    /// <summary>Returns the latest events.</summary>
    /// <param name="limit">The maximum number of events.</param>
    /// <param name="after">Leaves out this number of events since the start or since the log was cleared.</param>
    public InsightsView Read(int limit, long after = 0)
    {
        lock (_lock)
        {
            var count = (int)Math.Clamp(_received - after, 0, limit);
            return new InsightsView(
                _received,
                _batches,
                _received - _events.Count,
                _cleared,
                [.. _events.Skip(Math.Max(0, _events.Count - count))]);
        }
    }

    public void Clear()
    {
        lock (_lock)
        {
            _events.Clear();
            _metrics.Clear();
            _bytes = 0;
            _received = 0;
            _batches = 0;
            _cleared++;
        }

        Changed?.Invoke();
    }

    private void AddMetricsNeedsLock(JsonElement content)
    {
        foreach (var metric in JsonView.Items(content, "metrics"))
        {
            var name = Cut(JsonView.Text(metric, "eventName"));
            if (!_metrics.TryGetValue(name, out var total))
            {
                if (_metrics.Count == MaxMetrics)
                    continue;
                total = new MetricView(name, 0, 0);
            }

            _metrics[name] = new MetricView(name, total.Count + 1, total.Sum + JsonView.Number(metric, "numericValue"));
        }
    }
}
