namespace Ffc.Sdk.Tests.Insights.Model;

/// <summary>Decides which calls fail: every n-th, for a number of calls. The latency applies to all calls.</summary>
internal sealed class FaultPlan<T>(SimulatedTime time)
    where T : struct, Enum
{
    /// <summary>The latency up to which a call is regarded as fast.</summary>
    public static readonly TimeSpan FastLatency = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan MinLatency = TimeSpan.FromMilliseconds(2);

    private T _fault;
    private TimeSpan _latency = MinLatency;
    private int _every = 1;
    private int _remaining;
    private int _calls;
    private TimeSpan _badUntil = TimeSpan.FromDays(-1);

    /// <summary>When the last fault ended; the present if faults go on.</summary>
    public TimeSpan BadUntil => IsBad || _badUntil > time.Now ? time.Now : _badUntil;

    private bool IsBad => _remaining > 0 || _latency > FastLatency;

    public void Set(T fault, TimeSpan latency, int every, int calls)
    {
        if (IsBad)
            MarkBad(TimeSpan.Zero);
        (_fault, _latency, _every) = (fault, latency > MinLatency ? latency : MinLatency, every);
        _remaining = Equals(fault, default(T)) ? 0 : calls;
    }

    /// <summary>Ends the faults.</summary>
    public void Heal() => Set(default, MinLatency, 1, 0);

    /// <summary>Returns the fault of the next call.</summary>
    /// <param name="duration">The time that a call with a fault may take.</param>
    public (T Fault, TimeSpan Latency) Next(TimeSpan duration)
    {
        var isFault = _remaining > 0 && ++_calls % _every == 0;
        if (isFault || IsBad)
            MarkBad(duration);
        if (isFault)
            _remaining--;
        return (isFault ? _fault : default, _latency);
    }

    /// <summary>The calls fail for a duration.</summary>
    public void MarkBad(TimeSpan duration)
    {
        var until = time.Now + duration;
        _badUntil = until > _badUntil ? until : _badUntil;
    }
}
