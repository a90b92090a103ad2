using Ffc.Sdk.Internal;
using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Insights;

/// <summary>
/// Decides when batches leave the queue: full batches immediately, other events after the flush interval. Events beyond the
/// queue's capacity, and events that have waited for a complete interval, are stored in the outbox.
/// </summary>
internal sealed partial class InsightDispatcher : IAsyncDisposable
{
    private readonly FfcOptions _options;
    private readonly InsightQueue _queue;
    private readonly DeliveryTasks _tasks;
    private readonly OutboxDrain _drain;
    private readonly InsightShutdown _shutdown;
    private readonly InsightLifetime _lifetime;
    private readonly ILogger<InsightDispatcher> _logger;
    private readonly BackgroundLoop _loop;
    private long _addedAtLastTick;
    private long _overdueUpTo;

    public InsightDispatcher(
        FfcOptions options,
        InsightQueue queue,
        DeliveryTasks tasks,
        OutboxDrain drain,
        InsightShutdown shutdown,
        InsightLifetime lifetime)
    {
        (_options, _queue, _tasks, _drain, _shutdown, _lifetime) = (options, queue, tasks, drain, shutdown, lifetime);
        _logger = options.LoggerFactory.CreateLogger<InsightDispatcher>();
        _loop = new BackgroundLoop(_ => RunAsync(), _logger, options.TimeProvider);
    }

    /// <summary>Ends the loop after the shutdown has begun, and waits for its end.</summary>
    public ValueTask DisposeAsync()
    {
        _queue.Wake();
        return _loop.DisposeAsync();
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(_options.Insights.FlushInterval, _options.TimeProvider);
        var tick = timer.WaitForNextTickAsync(CancellationToken.None).AsTask();
        var wake = _queue.WaitAsync();
        _queue.WakeAt = QueueLevel.FullBatch;
        while (true)
        {
            await Task.WhenAny(tick, wake).ConfigureAwait(false);
            if (_lifetime.IsStopping)
                break;

            var isTick = tick.IsCompleted;
            if (isTick)
                tick = timer.WaitForNextTickAsync(CancellationToken.None).AsTask();
            if (wake.IsCompleted)
                wake = _queue.WaitAsync();
            try
            {
                RunPass(isTick);
            }
            catch (Exception exception)
            {
                // The loop goes on: it also runs the shutdown, which stores the events.
                LogPassFailed(exception);
            }
        }

        await _shutdown.RunAsync().ConfigureAwait(false);
    }

    private void RunPass(bool isTick)
    {
        if (_tasks.BeginFlushes() || isTick)
            _tasks.RetryHeld();

        while (_tasks.TrySend(includePartial: isTick))
        {
        }

        if (isTick)
        {
            // Events that are still queued since the last tick are stored in the outbox, so that they are not only in memory for
            // long.
            _overdueUpTo = _addedAtLastTick;
            _addedAtLastTick = _queue.Taken + _queue.Count;
            _drain.RunIfDue();
        }

        while ((_queue.IsOverfull || _queue.Taken < _overdueUpTo || _tasks.RetriesHeld) && _tasks.TryStore())
        {
        }

        _tasks.Flushes.CompleteFinished();
        _queue.WakeAt = _tasks.WakeAt;
    }

    [LoggerMessage(EventId = 57, Level = LogLevel.Error, Message = "Delivering insights failed unexpectedly. Retrying")]
    private partial void LogPassFailed(Exception exception);
}
