using System.Diagnostics.CodeAnalysis;

namespace Ffc.Sdk.Insights;

/// <summary>
/// Batches that neither the server nor the outbox accepted. They wait in memory, up to a number of events. <see
/// cref="InsightMemory"/> limits their size: while they use its part for batches, no events are taken from the queue.
/// </summary>
internal sealed class HeldBatches(int capacity, InsightMemory memory)
{
    private readonly Lock _lock = new();
    private readonly Queue<InsightBatch> _batches = new();
    private int _events;

    /// <summary>The number of batches.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _batches.Count;
        }
    }

    /// <summary>The number of events in the batches.</summary>
    public int Events => Volatile.Read(ref _events);

    /// <summary>Adds a batch. False if it exceeds the capacity.</summary>
    public bool TryAdd(InsightBatch batch, bool ignoreCapacity)
    {
        lock (_lock)
        {
            if (!ignoreCapacity && _events + batch.Count > capacity)
                return false;

            _batches.Enqueue(batch);
            _events += batch.Count;
            memory.AddBatch(batch.Events.Length);
            return true;
        }
    }

    /// <summary>Takes the oldest batch.</summary>
    public bool TryTake([NotNullWhen(true)] out InsightBatch? batch)
    {
        lock (_lock)
        {
            if (!_batches.TryDequeue(out batch))
                return false;

            _events -= batch.Count;
            memory.RemoveBatch(batch.Events.Length);
            return true;
        }
    }
}
