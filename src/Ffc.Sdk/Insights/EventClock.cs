namespace Ffc.Sdk.Insights;

/// <summary>
/// The time of events. The system clock is read once per tick of the computer's tick counter (1 to 16 ms), because the counter
/// costs a third of the clock (docs/benchmarks.md). Other clocks are read for each event.
/// </summary>
internal sealed class EventClock(TimeProvider timeProvider)
{
    private readonly bool _isSystem = timeProvider == TimeProvider.System;
    private volatile Reading _last = new(long.MinValue, 0);

    /// <summary>The current time in Unix milliseconds.</summary>
    public long Now
    {
        get
        {
            if (!_isSystem)
                return timeProvider.GetUtcNow().ToUnixTimeMilliseconds();

            var tick = Environment.TickCount64;
            var last = _last;
            return last.Tick == tick ? last.Time : Read(tick);
        }
    }

    private long Read(long tick)
    {
        var time = timeProvider.GetUtcNow().ToUnixTimeMilliseconds();
        _last = new Reading(tick, time);
        return time;
    }

    // One object, so that threads never see the time of another tick.
    private sealed record Reading(long Tick, long Time);
}
