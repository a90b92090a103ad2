namespace Ffc.Sdk.Tests.Insights.Model;

/// <summary>The clock of one simulated process. Its date can be set; that has no effect on timers and timestamps.</summary>
internal sealed class SimulatedClock(SimulatedTime time) : TimeProvider
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch.AddYears(56);

    /// <summary>The difference between the date and the time that has passed.</summary>
    public TimeSpan Offset { get; set; }

    /// <summary>Whether timers do not fire, because the process has ended.</summary>
    public bool IsStopped { get; set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => Start + time.Now + Offset;

    public override long GetTimestamp() => time.Now.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, time, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class Timer(SimulatedClock clock, SimulatedTime time, Action callback) : ITimer
    {
        private int _changes;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var change = ++_changes;
            if (dueTime != Timeout.InfiniteTimeSpan)
                Schedule(dueTime, period, change);
            return true;
        }

        public void Dispose() => _changes++;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Schedule(TimeSpan delay, TimeSpan period, int change) => time.Schedule(delay, () =>
        {
            if (change != _changes || clock.IsStopped)
                return;
            if (period > TimeSpan.Zero)
                Schedule(period, period, change);
            callback();
        });
    }
}
