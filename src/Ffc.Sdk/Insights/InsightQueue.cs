using System.Threading.Channels;

namespace Ffc.Sdk.Insights;

/// <summary>
/// The events in memory. Whoever adds one never waits, and wakes the reader only once there is enough to do: waking costs more
/// than adding.
/// </summary>
internal sealed class InsightQueue(int capacity)
{
    /// <summary>
    /// How many events may be in memory beyond the capacity, on their way to the outbox: room for a burst that comes faster than
    /// an outbox can take it.
    /// </summary>
    public const int Overflow = 10_000;

    private readonly Channel<InsightEvent> _events = Channel.CreateBounded<InsightEvent>(
        new BoundedChannelOptions(capacity + Overflow) { SingleReader = true });

    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(1);
    private int _length;
    private int _wakeAt = int.MaxValue;
    private int _woken;

    /// <summary>How many events are waiting.</summary>
    public int Length => Math.Max(0, Volatile.Read(ref _length));

    /// <summary>How many events are waiting, those included that are being added just now.</summary>
    public int Count => _events.Reader.Count;

    /// <summary>Whether as many events wait as should.</summary>
    public bool IsFull => Length >= capacity;

    /// <summary>Whether events wait beyond the capacity.</summary>
    public bool IsOverfull => Length > capacity;

    /// <summary>How many events have been taken out.</summary>
    public long Taken { get; private set; }

    /// <summary>How many events were added.</summary>
    public long Added => Taken + Length;

    /// <summary>The length at which the reader wants to be woken.</summary>
    public int WakeAt
    {
        set
        {
            Volatile.Write(ref _wakeAt, value);
            if (Length >= value)
                Wake();
        }
    }

    /// <summary>Adds an event. False when there is no room at all, or after <see cref="Close"/>.</summary>
    public bool TryAdd(InsightEvent item)
    {
        if (!_events.Writer.TryWrite(item))
            return false;

        if (Interlocked.Increment(ref _length) >= Volatile.Read(ref _wakeAt))
            Wake();
        return true;
    }

    /// <summary>Takes the oldest events out, as many as there are and fit into one batch. Called by the one reader alone.</summary>
    public InsightEvent[] Take(int most)
    {
        var events = new InsightEvent[Math.Min(most, Count)];
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

    /// <summary>Waits until somebody wakes the reader.</summary>
    public async Task WaitAsync()
    {
        await _wake.Reader.ReadAsync().ConfigureAwait(false);
        Volatile.Write(ref _woken, 0);
    }

    /// <summary>Takes no more events. Those that are in it stay.</summary>
    public void Close() => _events.Writer.TryComplete();
}
