using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Insights;

/// <summary>
/// Takes batches from memory, held batches before queued events, and sends or stores each batch in a separate task. Only the
/// dispatcher calls the members, except <see cref="FlushAsync"/>.
/// </summary>
internal sealed partial class DeliveryTasks(
    FfcOptions options,
    InsightQueue queue,
    HeldBatches held,
    InsightBatchFactory batches,
    InsightSender sender,
    BatchDelivery delivery)
{
    private const int MaxWrites = 8;

    private readonly ILogger<DeliveryTasks> _logger = options.LoggerFactory.CreateLogger<DeliveryTasks>();
    private readonly int _batchSize = options.Insights.BatchSize;
    private readonly List<Task<FlushResult>> _running = [];
    private int _heldToRetry;

    /// <summary>The flushes in progress.</summary>
    public PendingFlushes Flushes { get; } = new();

    /// <summary>The number of queued events at which the dispatcher must be woken.</summary>
    public int WakeAt =>
        sender.Slots.CurrentCount > 0 ? _batchSize : WriteSlots.CurrentCount > 0 ? options.Insights.Capacity + 1 : int.MaxValue;

    /// <summary>Whether batches are held in memory.</summary>
    public bool HoldsBatches => held.Count > 0;

    private SemaphoreSlim WriteSlots { get; } = new(MaxWrites);

    /// <summary>Requests a flush, and completes with its result.</summary>
    public Task<FlushResult> FlushAsync()
    {
        var result = Flushes.Add();
        queue.Wake();
        return result;
    }

    /// <summary>Begins the requested flushes. False if there are none.</summary>
    public bool BeginFlushes()
    {
        _running.RemoveAll(static task => task.IsCompleted);
        return Flushes.Begin(queue.Count, held.Count, _running);
    }

    /// <summary>Allows one more attempt for each batch that is held now.</summary>
    public void RetryHeld() => _heldToRetry = held.Count;

    /// <summary>
    /// Sends a held or full batch if a slot is free. Sends a partial batch only if requested or if a flush covers it.
    /// </summary>
    public bool TrySend(bool includePartial)
    {
        var hasWork = _heldToRetry > 0 || queue.Length >= (includePartial || Flushes.AnyWaiting ? 1 : _batchSize);
        if (!hasWork || !sender.Slots.Wait(0))
            return false;

        Start(delivery.SendAsync, sender.Slots);
        return true;
    }

    /// <summary>Stores a batch of queued events if a slot is free.</summary>
    public bool TryStore()
    {
        if (!WriteSlots.Wait(0))
            return false;

        StartQueued(delivery.StoreAsync, WriteSlots);
        return true;
    }

    /// <summary>Sends all batches until the token is cancelled.</summary>
    public async Task SendAllAsync(CancellationToken cancellationToken)
    {
        RetryHeld();
        while (_heldToRetry > 0 || queue.Count > 0)
        {
            await sender.Slots.WaitAsync(cancellationToken).ConfigureAwait(false);
            Start(delivery.SendAsync, sender.Slots);
        }

        Flushes.CompleteFinished();
        await Task.WhenAll(_running).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Stores all batches, with more concurrent calls than usual. Batches that the outbox does not accept are held.
    /// </summary>
    public async Task StoreAllAsync(int maxWrites)
    {
        // Separate slots, because calls that hang may occupy the usual slots.
        using var slots = new SemaphoreSlim(maxWrites);
        RetryHeld();
        while (_heldToRetry > 0 || queue.Count > 0)
        {
            await slots.WaitAsync().ConfigureAwait(false);
            Start(delivery.StoreAsync, slots);
        }

        Flushes.CompleteFinished();
        await Task.WhenAll(_running).ConfigureAwait(false);
        _running.Clear();
    }

    /// <summary>Counts the events of held batches as lost.</summary>
    public void LoseHeld()
    {
        while (held.TryTake(out var batch))
            delivery.Lose(batch);
    }

    private void Start(Func<InsightBatch, Task<FlushResult>> deliver, SemaphoreSlim slots)
    {
        if (_heldToRetry > 0 && held.TryTake(out var batch))
        {
            _heldToRetry--;
            var task = RunAsync(() => deliver(batch), batch.Count, slots);
            _running.Add(task);
            Flushes.HeldStarted(task);
            return;
        }

        _heldToRetry = 0;
        StartQueued(deliver, slots);
    }

    private void StartQueued(Func<InsightBatch, Task<FlushResult>> deliver, SemaphoreSlim slots)
    {
        var events = queue.Take(_batchSize);
        var task = RunAsync(() => deliver(batches.Create(events)), events.Length, slots);
        _running.Add(task);
        Flushes.QueuedStarted(task, events.Length);
    }

    private Task<FlushResult> RunAsync(Func<Task<FlushResult>> deliver, int events, SemaphoreSlim slots) => Task.Run(async () =>
    {
        try
        {
            return events == 0 ? new FlushResult() : await deliver().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            LogFailed(exception, events);
            return delivery.Lose(events);
        }
        finally
        {
            // The dispatcher may wait for a slot.
            slots.Release();
            queue.Wake();
        }
    });

    [LoggerMessage(EventId = 55, Level = LogLevel.Error, Message = "{Events} insights are lost after an unexpected error")]
    private partial void LogFailed(Exception exception, int events);
}
