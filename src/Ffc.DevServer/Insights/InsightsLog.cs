using System.Text.Json;

namespace Ffc.DevServer.Insights;

/// <summary>An event as a client sent it, and when it came.</summary>
internal sealed record ReceivedEvent(DateTimeOffset Time, JsonElement Content);

/// <summary>What has come in so far.</summary>
/// <param name="Received">Events since the start or the last clearing.</param>
/// <param name="Batches">Requests that brought them.</param>
/// <param name="Dropped">Events that had to make room.</param>
/// <param name="Events">The latest of those that are kept, oldest first.</param>
internal sealed record InsightsView(long Received, long Batches, long Dropped, IReadOnlyList<ReceivedEvent> Events);

/// <summary>Keeps the latest events in memory.</summary>
internal sealed class InsightsLog(int capacity)
{
    private readonly Lock _gate = new();
    private readonly Queue<ReceivedEvent> _events = new();
    private long _received;
    private long _batches;

    public void Add(DateTimeOffset time, IReadOnlyList<JsonElement> batch)
    {
        lock (_gate)
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
    }

    public InsightsView Read(int limit)
    {
        lock (_gate)
            return new InsightsView(_received, _batches, _received - _events.Count, [.. _events.TakeLast(limit)]);
    }

    public void Clear()
    {
        lock (_gate)
        {
            _events.Clear();
            _received = 0;
            _batches = 0;
        }
    }
}
