using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Insights;

/// <summary>Counts lost events. Logs them at most every 30 seconds.</summary>
internal sealed partial class InsightLosses(InsightCounters counters, TimeProvider timeProvider, ILogger<InsightLosses> logger)
{
    private static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private ITimer? _timer;
    private long _logged;
    private volatile bool _isQuiet;

    public void Add(int events)
    {
        counters.Lost(events);

        // Without a lock and without a clock, because many threads lose events at the same time.
        if (!_isQuiet)
            LogPendingLosses(onlyIfDue: true);
    }

    /// <summary>Logs the lost events that are not logged yet.</summary>
    public void LogPendingLosses() => LogPendingLosses(onlyIfDue: false);

    private void LogPendingLosses(bool onlyIfDue)
    {
        long events, total;
        lock (_lock)
        {
            if (onlyIfDue && _isQuiet)
                return;

            total = counters.LostTotal;
            (events, _logged) = (total - _logged, total);
            if (events == 0)
                return;

            _isQuiet = true;
            _timer ??= timeProvider.CreateTimer(_ => EndInterval(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _timer.Change(LogInterval, Timeout.InfiniteTimeSpan);
        }

        LogLost(events, total);
    }

    private void EndInterval()
    {
        _isQuiet = false;
        LogPendingLosses(onlyIfDue: true);
    }

    [LoggerMessage(EventId = 60, Level = LogLevel.Error,
        Message = "{Events} insights are lost ({Total} so far): neither the server nor the outbox accepted them, "
            + "and memory is full or the client is closed")]
    private partial void LogLost(long events, long total);
}
