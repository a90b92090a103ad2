using System.Threading.Channels;

namespace Ffc.Sdk.Insights;

/// <summary>
/// The events in memory. Adding an event never blocks. It wakes the reader only for a full batch, because waking costs more than
/// adding.
/// </summary>
internal sealed class InsightQueue(int capacity)
{
    /// <summary>
    /// The number of events beyond the capacity that wait for the outbox. Allows bursts that are faster than the outbox.
    /// </summary>
    public const int Overflow = 10_000;

    private readonly Channel<InsightEvent> _events = Channel.CreateBounded<InsightEvent>(
        new BoundedChannelOptions(capacity + Overflow) { SingleReader = true });

    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(1);
    private int _length;
    private int _wakeAt = int.MaxValue;
    private int _woken;

    /// <summary>The number of events.</summary>
    public int Length => Math.Max(0, Volatile.Read(ref _length));

    /// <summary>The number of events, including those that are being added.</summary>
    public int Count => _events.Reader.Count;

    /// <summary>Whether the queue has reached its capacity.</summary>
    public bool IsFull => Length >= capacity;

    /// <summary>Whether the queue exceeds its capacity.</summary>
    public bool IsOverfull => Length > capacity;

    /// <summary>The number of events taken so far.</summary>
    public long Taken { get; private set; }

    /// <summary>The number of events added so far.</summary>
    public long Added => Taken + Length;

    /// <summary>The length at which the reader is woken.</summary>
    public int WakeAt
    {
        set
        {
            Volatile.Write(ref _wakeAt, value);
            if (Length >= value)
                Wake();
        }
    }

    /// <summary>Adds an event. False if there is no room, or after <see cref="Close"/>.</summary>
    public bool TryAdd(InsightEvent item)
    {
        if (!_events.Writer.TryWrite(item))
            return false;

        if (Interlocked.Increment(ref _length) >= Volatile.Read(ref _wakeAt))
            Wake();
        return true;
    }

    /// <summary>Takes the oldest events, up to a maximum number. Only the reader calls it.</summary>
    public InsightEvent[] Take(int maxEvents)
    {
        var events = new InsightEvent[Math.Min(maxEvents, Count)];
        var count = 0;
        while (count < events.Length && _events.Reader.TryRead(out var item))
            events[count++] = item;

        Interlocked.Add(ref _length, -count);
        Taken += count;
        return count == events.Length ? events : events[..count];
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
    public void Close() => _events.Writer.TryComplete();
}
