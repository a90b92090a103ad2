namespace Ffc.Sdk.Insights;

/// <summary>
/// The memory for events, in bytes. Half of it is for batches, which are being delivered or held. The queue gets what the
/// batches do not use.
/// </summary>
internal sealed class InsightMemory(long capacity)
{
    private long _batches;

    /// <summary>The limit for queue and batches together.</summary>
    public long Capacity => capacity;

    /// <summary>The size of the queue above which events are stored in the outbox.</summary>
    public long QueueCapacity => capacity / 2;

    /// <summary>
    /// The estimated size at which a batch is full. Larger batches would leave room for too few concurrent deliveries.
    /// </summary>
    public long BatchSize => capacity / 32;

    /// <summary>The bytes of all batches in memory.</summary>
    public long Batches => Interlocked.Read(ref _batches);

    /// <summary>Whether events may be taken from the queue. Their batch needs more memory than the events in the queue.</summary>
    public bool HasRoomForBatch => Batches < capacity / 2;

    /// <summary>Counts a batch until the result is disposed of.</summary>
    public Counted Count(InsightBatch batch)
    {
        AddBatch(batch.Events.Length);
        return new Counted(this, batch.Events.Length);
    }

    public void AddBatch(long bytes) => Interlocked.Add(ref _batches, bytes);

    public void RemoveBatch(long bytes) => Interlocked.Add(ref _batches, -bytes);

    /// <summary>The memory of a batch.</summary>
    public readonly struct Counted(InsightMemory memory, long bytes) : IDisposable
    {
        public void Dispose() => memory.RemoveBatch(bytes);
    }
}
