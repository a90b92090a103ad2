namespace Ffc.Sdk.Insights;

/// <summary>
/// Delivers a batch from memory to the server or, if that fails, to the outbox. If both fail, the batch is held in memory. If
/// memory is full, the batch is lost.
/// </summary>
internal sealed class BatchDelivery(
    InsightSender sender,
    OutboxClient outbox,
    HeldBatches held,
    InsightLosses losses,
    DuplicateTracker duplicates,
    InsightLifetime lifetime)
{
    /// <summary>Sends a batch. Stores it if the server does not accept it.</summary>
    public async Task<FlushResult> SendAsync(InsightBatch batch)
    {
        if (sender.CanSend)
            duplicates.Retrying(batch);
        var result = await sender.SendAsync(batch, fromOutbox: false, lifetime.SendDeadline).ConfigureAwait(false);
        switch (result.Outcome)
        {
            case SendOutcome.Delivered:
                duplicates.Delivered(batch);
                return new FlushResult { Delivered = batch.Count };
            case SendOutcome.TooLarge when batch.Count > 1:
                duplicates.Forget(batch);
                var (first, second) = batch.Split();
                return (await SendAsync(first).ConfigureAwait(false)).Add(await SendAsync(second).ConfigureAwait(false));
            case SendOutcome.TooLarge or SendOutcome.Rejected:
                // If the batch cannot be set aside now, it is sent again later. The server then rejects it again.
                return await outbox.TryRejectAsync(batch, result.Rejection!, lifetime.EarlyDeadline).ConfigureAwait(false)
                    ? new FlushResult { Rejected = batch.Count }
                    : await PutOrHoldAsync(batch).ConfigureAwait(false) ?? Lose(batch);
            default:
                return await PutOrHoldAsync(batch).ConfigureAwait(false) ?? Lose(batch);
        }
    }

    /// <summary>
    /// Stores a batch in the outbox. Holds it in memory if the outbox does not accept it, and sends it if memory is full.
    /// </summary>
    public async Task<FlushResult> StoreAsync(InsightBatch batch)
    {
        if (await PutOrHoldAsync(batch).ConfigureAwait(false) is { } result)
            return result;
        if (!sender.CanSend)
            return Lose(batch);

        // During the shutdown, the batch is held: it is sent or stored with all others.
        try
        {
            await sender.Slots.WaitAsync(lifetime.Stopping).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return TryHold(batch) ?? Lose(batch);
        }

        try
        {
            return await SendAsync(batch).ConfigureAwait(false);
        }
        finally
        {
            sender.ReleaseSlot();
        }
    }

    /// <summary>Counts the events of a batch that could not be delivered as lost.</summary>
    public FlushResult Lose(InsightBatch batch)
    {
        duplicates.Forget(batch);
        return Lose(batch.Count);
    }

    /// <summary>Counts events that could not be delivered as lost.</summary>
    public FlushResult Lose(int events)
    {
        losses.Add(events);
        return new FlushResult { Lost = events };
    }

    private async Task<FlushResult?> PutOrHoldAsync(InsightBatch batch) =>
        await outbox.TryPutAsync(batch, lifetime.PutDeadline).ConfigureAwait(false)
            ? new FlushResult { ToOutbox = batch.Count }
            : TryHold(batch);

    // During the shutdown, no events are added, so the capacity of the queue bounds the memory.
    private FlushResult? TryHold(InsightBatch batch) =>
        held.TryAdd(batch, ignoreCapacity: lifetime.IsStopping) ? new FlushResult { InMemory = batch.Count } : null;
}
