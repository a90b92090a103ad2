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
        var result = await sender.SendAsync(batch, lifetime.SendDeadline).ConfigureAwait(false);
        switch (result.Outcome)
        {
            case SendOutcome.Delivered:
                duplicates.Delivered(batch);
                return new FlushResult { Delivered = batch.Count };
            case SendOutcome.TooLarge when batch.Count > 1:
                duplicates.Delivered(batch);
                var (first, second) = batch.Split();
                return (await SendAsync(first).ConfigureAwait(false)).Add(await SendAsync(second).ConfigureAwait(false));
            case SendOutcome.TooLarge or SendOutcome.Rejected:
                // If the batch cannot be stored now, it is held and sent again. The server then rejects it again.
                return await outbox.TryRejectAsync(batch, result.Rejection!, lifetime.StoreDeadline).ConfigureAwait(false)
                    ? new FlushResult { Rejected = batch.Count }
                    : Hold(batch);
            default:
                return await StoreAsync(batch).ConfigureAwait(false);
        }
    }

    /// <summary>Stores a batch in the outbox. Holds it in memory if the outbox does not accept it.</summary>
    public async Task<FlushResult> StoreAsync(InsightBatch batch) =>
        await outbox.TryPutAsync(batch, lifetime.StoreDeadline).ConfigureAwait(false)
            ? new FlushResult { ToOutbox = batch.Count }
            : Hold(batch);

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

    // During the shutdown, no events are added, so the capacity of the queue bounds the memory.
    private FlushResult Hold(InsightBatch batch) =>
        held.TryAdd(batch, ignoreCapacity: lifetime.IsStopping) ? new FlushResult { InMemory = batch.Count } : Lose(batch);
}
