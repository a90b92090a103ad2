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
    OutboxClient outbox,
    BatchDelivery delivery,
    InsightMemory memory)
{
    private const int MaxWrites = 8;

    private readonly ILogger<DeliveryTasks> _logger = options.LoggerFactory.CreateLogger<DeliveryTasks>();
    private readonly List<Task<FlushResult>> _running = [];
    private int _heldToRetry;

    /// <summary>The flushes in progress.</summary>
    public PendingFlushes Flushes { get; } = new();

    /// <summary>The level of the queue at which the dispatcher must be woken. The end of each delivery also wakes it.</summary>
    public QueueLevel WakeAt =>
        !memory.HasRoomForBatch ? QueueLevel.None
        : sender.Slots.CurrentCount > 0 ? QueueLevel.FullBatch
        : WriteSlots.CurrentCount > 0 && CanStore ? QueueLevel.Overfull
        : QueueLevel.None;

    /// <summary>Whether events are held or queued.</summary>
    public bool HasEvents => held.Count > 0 || queue.Count > 0;

    /// <summary>Whether a held batch has one more attempt.</summary>
    public bool RetriesHeld => _heldToRetry > 0;

    /// <summary>
    /// Whether batches are stored instead of sent. Without an outbox they are held in memory then, so not while the server
    /// accepts batches.
    /// </summary>
    private bool CanStore => outbox.IsConfigured ? !outbox.IsPaused : !sender.CanSend;

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
        var hasQueued = queue.HasFullBatch || (queue.Count > 0 && (includePartial || Flushes.AnyWaiting));
        var hasWork = _heldToRetry > 0 || (hasQueued && memory.HasRoomForBatch);
        if (!hasWork || !sender.Slots.Wait(0))
            return false;

        Start(delivery.SendAsync, sender.Slots);
        return true;
    }

    /// <summary>Stores a held batch, or a batch of queued events, if a slot is free and the outbox is not paused.</summary>
    public bool TryStore()
    {
        if (!memory.HasRoomForBatch || !CanStore || !WriteSlots.Wait(0))
            return false;

        Start(delivery.StoreAsync, WriteSlots);
        return true;
    }

    /// <summary>Sends all batches until the token is cancelled.</summary>
    public async Task SendAllAsync(CancellationToken cancellationToken)
    {
        await SendAllOnceAsync(cancellationToken).ConfigureAwait(false);

        // Calls to the outbox that were in progress may have failed meanwhile.
        if (held.Count > 0 && sender.CanSend)
            await SendAllOnceAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Stores all batches, with more concurrent calls than usual. Batches that the outbox does not accept are held.
    /// </summary>
    public async Task StoreAllAsync(int maxWrites)
    {
        // Separate slots, because calls that hang may occupy the usual slots.
        using var slots = new SemaphoreSlim(maxWrites);
        RetryHeld();
        while ((_heldToRetry > 0 || queue.Count > 0) && await WaitForMemoryAsync(CancellationToken.None).ConfigureAwait(false))
        {
            await slots.WaitAsync().ConfigureAwait(false);
            Start(delivery.StoreAsync, slots);
        }

        Flushes.CompleteFinished();
        await Task.WhenAll(_running).ConfigureAwait(false);
        _running.Clear();
    }

    /// <summary>Counts all events that are held or queued as lost.</summary>
    public void LoseAll()
    {
        while (held.TryTake(out var batch))
            delivery.Lose(batch);
        while (queue.Take(out _) is { Length: > 0 } events)
            delivery.Lose(events.Length);
    }

    /// <summary>
    /// Waits until there is memory for a batch from the queue. False if held batches use the memory: they are delivered first.
    /// </summary>
    private async Task<bool> WaitForMemoryAsync(CancellationToken cancellationToken)
    {
        while (_heldToRetry == 0 && !memory.HasRoomForBatch)
        {
            _running.RemoveAll(static task => task.IsCompleted);
            if (_running.Count == 0)
                return false;
            await Task.WhenAny(_running).WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        return true;
    }

    private async Task SendAllOnceAsync(CancellationToken cancellationToken)
    {
        RetryHeld();
        while ((_heldToRetry > 0 || queue.Count > 0) && await WaitForMemoryAsync(cancellationToken).ConfigureAwait(false))
        {
            await sender.Slots.WaitAsync(cancellationToken).ConfigureAwait(false);
            Start(delivery.SendAsync, sender.Slots);
        }

        Flushes.CompleteFinished();
        await Task.WhenAll(_running).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private void Start(Func<InsightBatch, Task<FlushResult>> deliver, SemaphoreSlim slots)
    {
        if (_heldToRetry > 0 && held.TryTake(out var batch))
        {
            _heldToRetry--;
            memory.AddBatch(batch.Events.Length);
            var task = RunAsync(() => DeliverAsync([batch], batch.Events.Length, deliver), batch.Count, slots);
            _running.Add(task);
            Flushes.HeldStarted(task);
            return;
        }

        _heldToRetry = 0;
        StartQueued(deliver, slots);
    }

    private void StartQueued(Func<InsightBatch, Task<FlushResult>> deliver, SemaphoreSlim slots)
    {
        var events = queue.Take(out var bytes);
        var count = events.Length;
        memory.AddBatch(bytes);
        var task = RunAsync(CreateAndDeliverAsync, count, slots);
        _running.Add(task);
        Flushes.QueuedStarted(task, count);

        async Task<FlushResult> CreateAndDeliverAsync()
        {
            // The events must not use memory during the delivery of their batch.
            var created = batches.Create(events);
            events = [];
            var delivered = await DeliverAsync(created, bytes, deliver).ConfigureAwait(false);
            var tooLarge = count - created.Sum(static batch => batch.Count);
            return tooLarge == 0 ? delivered : delivered.Add(delivery.Lose(tooLarge));
        }
    }

    /// <summary>Delivers batches whose memory is already counted, by an estimate.</summary>
    private async Task<FlushResult> DeliverAsync(
        IReadOnlyList<InsightBatch> created, long estimatedBytes, Func<InsightBatch, Task<FlushResult>> deliver)
    {
        var bytes = created.Sum(static batch => (long)batch.Events.Length);
        memory.AddBatch(bytes - estimatedBytes);
        try
        {
            var result = new FlushResult();
            foreach (var batch in created)
                result = result.Add(await deliver(batch).ConfigureAwait(false));
            return result;
        }
        finally
        {
            memory.RemoveBatch(bytes);
        }
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

    [LoggerMessage(EventId = 55, Level = LogLevel.Error, Message = "Insights lost after an unexpected error: {Events}")]
    private partial void LogFailed(Exception exception, int events);
}
