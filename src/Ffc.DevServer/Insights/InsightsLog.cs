using System.Text.Json;

namespace Ffc.DevServer.Insights;

/// <summary>Keeps the latest events in memory.</summary>
internal sealed class InsightsLog(int capacity)
{
    private readonly Lock _lock = new();
    private readonly Queue<ReceivedEvent> _events = new();
    private long _received;
    private long _batches;

    /// <summary>
    /// Is raised after events were received or deleted, on the thread of the request. A handler must be fast and must not throw.
    /// </summary>
    public event Action? Changed;

    public void Add(DateTimeOffset time, IReadOnlyList<JsonElement> batch)
    {
        lock (_lock)
        {
            _batches++;
            _received += batch.Count;
            foreach (var content in batch)
            {
                if (_events.Count == capacity)
                    _events.Dequeue();
                _events.Enqueue(new ReceivedEvent(time, content));
            }
        }

        Changed?.Invoke();
    }

    public InsightsView Read(int limit)
    {
        lock (_lock)
            return new InsightsView(_received, _batches, _received - _events.Count, [.. _events.TakeLast(limit)]);
    }

    public void Clear()
    {
        lock (_lock)
        {
            _events.Clear();
            _received = 0;
            _batches = 0;
        }

        Changed?.Invoke();
    }
}
