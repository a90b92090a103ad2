using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Insights;

/// <summary>Counts lost events. Logs them at most every 30 seconds.</summary>
internal sealed partial class InsightLosses(InsightCounters counters, TimeProvider timeProvider, ILogger<InsightLosses> logger)
{
    private static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private int _pending;
    private long? _loggedAt;

    public void Add(int events)
    {
        counters.Lost(events);
        lock (_lock)
        {
            _pending += events;
            if (_loggedAt is { } loggedAt && timeProvider.GetElapsedTime(loggedAt) < LogInterval)
                return;
        }

        LogPendingLosses();
    }

    /// <summary>Logs the lost events that are not logged yet.</summary>
    public void LogPendingLosses()
    {
        int events;
        lock (_lock)
        {
            (events, _pending) = (_pending, 0);
            if (events == 0)
                return;

            _loggedAt = timeProvider.GetTimestamp();
        }

        LogLost(events, counters.LostTotal);
    }

    [LoggerMessage(EventId = 60, Level = LogLevel.Error,
        Message = "{Events} insights are lost ({Total} so far): neither the server nor the outbox accepted them, "
            + "and memory is full or the client is closed")]
    private partial void LogLost(int events, long total);
}
