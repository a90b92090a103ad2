using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Insights;

/// <summary>Counts lost events. Logs them at most every 30 seconds.</summary>
internal sealed partial class InsightLosses(FfcOptions options, InsightCounters counters)
{
    private static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(30);

    private readonly ILogger<InsightLosses> _logger = options.LoggerFactory.CreateLogger<InsightLosses>();
    private readonly Lock _lock = new();
    private ITimer? _timer;
    private long _logged;
    private volatile bool _isQuiet;

    /// <summary>Counts events that were in the queue.</summary>
    public void Add(int events)
    {
        counters.Lost(events);
        LogIfDue();
    }

    /// <summary>Counts events for which there is no room in the queue.</summary>
    public void Refuse(int events)
    {
        counters.Refused(events);
        LogIfDue();
    }

    /// <summary>Logs the lost events that are not logged yet.</summary>
    public void LogPendingLosses() => LogPendingLosses(onlyIfDue: false);

    private void LogIfDue()
    {
        // Without a lock and without a clock, because many threads lose events at the same time.
        if (!_isQuiet)
            LogPendingLosses(onlyIfDue: true);
    }

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
            _timer ??= options.TimeProvider.CreateTimer(
                _ => EndInterval(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _timer.Change(LogInterval, Timeout.InfiniteTimeSpan);
        }

        LogLost(events, total, options.HasOutbox ? "neither the server nor the outbox" : "the server has not");
    }

    private void EndInterval()
    {
        _isQuiet = false;
        LogPendingLosses(onlyIfDue: true);
    }

    [LoggerMessage(EventId = 60, Level = LogLevel.Error,
        Message = "Insights lost: {Events} ({Total} so far), because {Refusal} accepted them, "
            + "and memory is full or the client is closed")]
    private partial void LogLost(long events, long total, string refusal);
}
