using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Insights;

/// <summary>
/// Takes events out of the queue in batches: full ones at once, the rest when the flush interval is over. One loop does it; it hands
/// each batch to a task of its own and waits for none. What the server does not keep up with goes to the outbox.
/// </summary>
internal sealed partial class InsightDispatcher : IAsyncDisposable
{
    /// <summary>How many requests may be under way at once.</summary>
    public const int RequestsAtOnce = 5;

    // Enough to keep up with a burst; an outbox is quick, or it does not answer at all.
    private const int WritesAtOnce = 8;

    private static readonly TimeSpan DrainInterval = TimeSpan.FromSeconds(30);

    // Where this instance knows of nothing in the outbox, another one may still have left something there.
    private static readonly TimeSpan IdleDrainInterval = TimeSpan.FromMinutes(5);

    private readonly FfcOptions _options;
    private readonly TimeProvider _clock;
    private readonly InsightQueue _queue;
    private readonly InsightBatcher _batcher;
    private readonly InsightDelivery _delivery;
    private readonly OutboxGate _outbox;
    private readonly OutboxDrain _drain;
    private readonly Slots _requests;
    private readonly Slots _writes;
    private readonly InsightCounters _counters;
    private readonly ILogger<InsightDispatcher> _logger;
    private readonly CancellationToken _stopping;
    private readonly CancellationTokenSource _sending;
    private readonly CancellationTokenSource _keeping;
    private readonly PendingFlushes _flushes = new();
    private readonly List<Task<FlushResult>> _underWay = [];
    private readonly Task _running;
    private Task<FlushResult> _heldUnderWay = Task.FromResult(new FlushResult());
    private DateTimeOffset _lastDrain;
    private long _addedAtTick;
    private long _staleUpTo;

    public InsightDispatcher(
        FfcOptions options,
        InsightQueue queue,
        InsightBatcher batcher,
        InsightSender sender,
        OutboxGate outbox,
        OutboxDrain drain,
        Slots requests,
        InsightCounters counters,
        CancellationToken stopping)
    {
        (_options, _clock, _queue, _batcher, _outbox, _drain) = (options, options.TimeProvider, queue, batcher, outbox, drain);
        _counters = counters;
        (_requests, _writes, _stopping) = (requests, new Slots(WritesAtOnce, queue), stopping);
        _delivery = new InsightDelivery(sender, outbox, _clock);
        _logger = options.LoggerFactory.CreateLogger<InsightDispatcher>();
        _sending = new CancellationTokenSource(Timeout.InfiniteTimeSpan, _clock);
        _keeping = new CancellationTokenSource(Timeout.InfiniteTimeSpan, _clock);
        _lastDrain = _clock.GetUtcNow();

        // Whatever happens to be going on where the client is made must not stick to all that is sent later.
        using (ExecutionContext.SuppressFlow())
            _running = Task.Run(RunAsync, CancellationToken.None);
    }

    /// <summary>Sends what is waiting, and says what became of it.</summary>
    public Task<FlushResult> FlushAsync()
    {
        var result = _flushes.Add();
        _queue.Wake();
        return result;
    }

    /// <summary>Sends what fits into the time there is, and keeps the rest. To be called when the token of stopping is cancelled.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Wake();
        await _running.ConfigureAwait(false);
        _sending.Dispose();
        _keeping.Dispose();
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(_options.Insights.FlushInterval, _clock);
        var tick = timer.WaitForNextTickAsync(CancellationToken.None).AsTask();
        var wake = _queue.WaitAsync();
        _queue.WakeAt = _options.Insights.BatchSize;
        while (true)
        {
            await Task.WhenAny(tick, wake).ConfigureAwait(false);
            if (_stopping.IsCancellationRequested)
                break;

            var ticked = tick.IsCompleted;
            if (ticked)
                tick = timer.WaitForNextTickAsync(CancellationToken.None).AsTask();
            if (wake.IsCompleted)
                wake = _queue.WaitAsync();
            Pass(ticked);
        }

        await EmptyAsync().ConfigureAwait(false);
    }

    private void Pass(bool ticked)
    {
        _underWay.RemoveAll(static task => task.IsCompleted);
        var flushes = _flushes.Begin(_queue.Count, _underWay);
        if (ticked || flushes)
            SendHeld();

        while (_queue.Length >= (ticked || _flushes.AnyWaiting ? 1 : _options.Insights.BatchSize) && _requests.TryTake())
            Start(_requests, SendAsync);

        if (ticked)
        {
            // What was waiting at the last tick and still is goes to the outbox: no event is in memory alone for long.
            _staleUpTo = _addedAtTick;
            _addedAtTick = _queue.Taken + _queue.Count;
            DrainWhenDue();
        }

        while ((_queue.IsOverfull || _queue.Taken < _staleUpTo) && _writes.TryTake())
            Start(_writes, KeepAsync);
        _flushes.CompleteThoseDone();

        _queue.WakeAt = _requests.AnyFree ? _options.Insights.BatchSize : _writes.AnyFree ? _options.Insights.Capacity + 1 : int.MaxValue;
    }

    private void DrainWhenDue()
    {
        var now = _clock.GetUtcNow();
        if (_outbox.Outbox is null || now - _lastDrain < (_outbox.MayHoldBatches ? DrainInterval : IdleDrainInterval))
            return;

        _lastDrain = now;
        _ = _drain.RunAsync(_stopping);
    }

    private void Start(Slots slots, Func<InsightBatch, Task<FlushResult>> handle)
    {
        var events = _queue.Take(_options.Insights.BatchSize);
        if (events.Length == 0)
            slots.GiveBack();
        else
            Started(Task.Run(() => HandleAsync(events, slots, handle), CancellationToken.None), events.Length);
    }

    private void Started(Task<FlushResult> task, int events)
    {
        _underWay.Add(task);
        _flushes.Started(task, events);
    }

    private async Task<FlushResult> HandleAsync(InsightEvent[] events, Slots slots, Func<InsightBatch, Task<FlushResult>> handle)
    {
        try
        {
            return await handle(_batcher.Batch(events)).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // Not to be expected. If it happens, it must neither stop what follows nor pass unseen.
            LogFailed(e, events.Length);
            _outbox.Lose(events.Length);
            return new FlushResult(Lost: events.Length);
        }
        finally
        {
            slots.GiveBack();
        }
    }

    private Task<FlushResult> SendAsync(InsightBatch batch) => _delivery.DeliverAsync(batch, _sending.Token, _keeping.Token);

    private Task<FlushResult> KeepAsync(InsightBatch batch) => _outbox.KeepAsync(batch, _keeping.Token);

    /// <summary>Tries again with what is held in memory, one batch after the other.</summary>
    private void SendHeld()
    {
        if (_outbox.HeldEvents > 0 && _heldUnderWay.IsCompleted)
            Started(_heldUnderWay = Task.Run(SendHeldAsync, CancellationToken.None), 0);
    }

    private async Task<FlushResult> SendHeldAsync()
    {
        var sum = new FlushResult();
        for (var batches = _outbox.HeldBatches; batches > 0 && _outbox.TakeHeld() is { } batch; batches--)
        {
            await _requests.TakeAsync(CancellationToken.None).ConfigureAwait(false);
            try
            {
                sum = FlushResult.Sum(sum, await SendAsync(batch).ConfigureAwait(false));
            }
            finally
            {
                _requests.GiveBack();
            }
        }

        return sum;
    }

    [LoggerMessage(EventId = 55, Level = LogLevel.Error, Message = "{Events} insights could not be handled")]
    private partial void LogFailed(Exception e, int events);
}
