using System.Threading.Channels;

namespace Ffc.Sdk.Insights;

/// <summary>The length of the queue at which the reader is woken.</summary>
internal enum QueueLevel
{
    /// <summary>The queue contains a full batch.</summary>
    FullBatch,

    /// <summary>The queue exceeds its capacity.</summary>
    Overfull,

    /// <summary>The reader is not woken.</summary>
    None,
}

/// <summary>
/// The events in memory. Adding an event never waits for the reader. It wakes the reader only for a full batch, because waking
/// costs more than adding. A lock around a queue takes a third of the time of a channel (docs/benchmarks.md).
/// </summary>
internal sealed class InsightQueue(int capacity, int batchSize, InsightMemory memory)
{
    /// <summary>
    /// The number of events beyond the capacity that wait for the outbox. Allows bursts that are faster than the outbox.
    /// </summary>
    public const int Overflow = 10_000;

    private static int _lastId;

    private readonly int _id = Interlocked.Increment(ref _lastId);
    private readonly Lock _lock = new();
    private readonly Queue<InsightEvent> _events = new();
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(1);
    private volatile int _count;
    private long _bytes;
    private long _taken;
    private volatile QueueLevel _wakeAt = QueueLevel.None;
    private volatile bool _isClosed;
    private int _woken;

    /// <summary>The number of events.</summary>
    public int Count => _count;

    /// <summary>The estimated bytes of the events. A user counts once for all its events.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>
    /// Whether the queue has room for an event. Read without the lock, which the reader needs most when the queue is full.
    /// </summary>
    public bool HasRoom => _count < capacity + Overflow && !_isClosed;

    /// <summary>Whether the queue contains the events of a full batch.</summary>
    public bool HasFullBatch => _count >= batchSize || Bytes >= memory.BatchSize;

    /// <summary>Whether the queue has reached its capacity.</summary>
    public bool IsFull => _count >= capacity || Bytes >= memory.QueueCapacity;

    /// <summary>Whether the queue exceeds its capacity.</summary>
    public bool IsOverfull => _count > capacity || Bytes > memory.QueueCapacity;

    /// <summary>The number of events taken so far.</summary>
    public long Taken => Volatile.Read(ref _taken);

    /// <summary>The number of events added so far.</summary>
    public long Added => Counts.Added;

    /// <summary>The number of events, and the number of events added so far.</summary>
    public (int Count, long Added) Counts
    {
        get
        {
            lock (_lock)
                return (_count, _taken + _count);
        }
    }

    /// <summary>The level at which the reader is woken.</summary>
    public QueueLevel WakeAt
    {
        set
        {
            _wakeAt = value;
            if (HasReached(value))
                Wake();
        }
    }

    /// <summary>Adds an event. False if there is no room, or after <see cref="Close"/>.</summary>
    public bool TryAdd(InsightEvent item) => HasRoom && TryAdd(item, (item as FlagEvent)?.Next);

    /// <summary>Takes the oldest events: as many as a batch may have, or fewer if their data is large.</summary>
    public InsightEvent[] Take(out long batchBytes)
    {
        batchBytes = 0;
        lock (_lock)
        {
            var events = new InsightEvent[Math.Min(batchSize, _count)];
            var count = 0;
            while (count < events.Length)
            {
                var size = _events.Peek().BatchBytes;
                if (count > 0 && batchBytes + size > memory.BatchSize)
                    break;

                batchBytes += size;
                events[count++] = RemoveNeedsLock();
            }

            // Once for all, because other threads read the count for each event.
            _count -= count;
            _taken += count;
            return count == events.Length ? events : events[..count];
        }
    }

    /// <summary>Wakes the reader.</summary>
    public void Wake()
    {
        if (Volatile.Read(ref _woken) == 0 && Interlocked.Exchange(ref _woken, 1) == 0)
            _wake.Writer.TryWrite(true);
    }

    /// <summary>Waits until the reader is woken.</summary>
    public async Task WaitAsync()
    {
        await _wake.Reader.ReadAsync().ConfigureAwait(false);
        Volatile.Write(ref _woken, 0);
    }

    /// <summary>Stops accepting events. The events in the queue stay.</summary>
    public void Close()
    {
        lock (_lock)
            _isClosed = true;
    }

    private bool TryAdd(InsightEvent item, FlagEvent? next)
    {
        var (count, bytes) = (1, item.Bytes);
        for (var following = next; following is not null; following = following.Next)
            (count, bytes) = (count + 1, bytes + following.Bytes);

        lock (_lock)
        {
            // Another queue may count the user, if the process has several clients. Then, each event counts it.
            var user = item.User;
            var isShared = user.TryCountIn(_id);
            var userBytes = user.EstimatedBytes * (isShared ? user.QueuedEvents == 0 ? 1 : 0 : count);
            if (_isClosed
                || _count + count > capacity + Overflow
                || _bytes + bytes + userBytes + memory.Batches > memory.Capacity)
                return false;

            _bytes += bytes + userBytes;
            _count += count;
            if (isShared)
                user.QueuedEvents += count;
            _events.Enqueue(item);
            for (; next is not null; next = next.Next)
                _events.Enqueue(next);
        }

        if (HasReached(_wakeAt))
            Wake();
        return true;
    }

    private InsightEvent RemoveNeedsLock()
    {
        var item = _events.Dequeue();
        _bytes -= item.Bytes;
        if (!item.User.TryCountIn(_id) || --item.User.QueuedEvents == 0)
            _bytes -= item.User.EstimatedBytes;
        return item;
    }

    private bool HasReached(QueueLevel level) => level switch
    {
        QueueLevel.FullBatch => HasFullBatch,
        QueueLevel.Overfull => IsOverfull,
        _ => false,
    };
}
