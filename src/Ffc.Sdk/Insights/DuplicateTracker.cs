namespace Ffc.Sdk.Insights;

/// <summary>
/// Counts the events of batches that may be delivered twice because the outcome of a call to the outbox is unknown, or because
/// another instance ended while it sent them. <see cref="UncertainDeliveryHandler"/> counts requests with an unknown outcome.
/// </summary>
internal sealed class DuplicateTracker(InsightCounters counters)
{
    // Batches that another instance removed stay in the set, so it needs a limit. A forgotten batch is sent and counted again.
    private const int MaxIds = 10_000;

    private readonly Lock _lock = new();
    // Only batches in memory, so their number is bounded.
    private readonly HashSet<string> _uncertainPuts = [];
    private readonly HashSet<string> _delivered = [];

    /// <summary>
    /// The outcome of putting a batch is unknown: the outbox may contain the batch now or later, and it is also in memory.
    /// </summary>
    public void PutUncertain(InsightBatch batch)
    {
        bool isFirst;
        lock (_lock)
            isFirst = _uncertainPuts.Add(batch.Id);
        if (!isFirst)
            counters.PossiblyDuplicated(batch.Count);
    }

    /// <summary>
    /// The outbox contains the batch. If an earlier put has an unknown outcome, its copy may appear after a drain has removed
    /// this one.
    /// </summary>
    public void PutSucceeded(InsightBatch batch) => CountIfUncertain(batch);

    /// <summary>The caller was told that the batch is not accepted, and may send its events again.</summary>
    public void Refused(InsightBatch batch) => CountIfUncertain(batch);

    /// <summary>
    /// The batch leaves memory without being sent. If the outbox contains it nevertheless, that is its only copy.
    /// </summary>
    public void Forget(InsightBatch batch)
    {
        lock (_lock)
            _uncertainPuts.Remove(batch.Id);
    }

    /// <summary>
    /// The batch was delivered from memory. If the outbox may also contain it, another instance may deliver it again.
    /// </summary>
    public void Delivered(InsightBatch batch)
    {
        if (!CountIfUncertain(batch))
            return;
        lock (_lock)
            AddDeliveredNeedsLock(batch.Id);
    }

    /// <summary>The instance that claimed the batch before ended while it may have sent the batch.</summary>
    public void Reclaimed(InsightBatch batch) => counters.PossiblyDuplicated(batch.Count);

    /// <summary>Some parts of a batch may be in the outbox, and the complete batch still is.</summary>
    public void PartsStored(InsightBatch parts) => counters.PossiblyDuplicated(parts.Count);

    /// <summary>
    /// The batch was delivered or replaced, but not removed from the outbox: another instance may deliver it again.
    /// </summary>
    public void NotRemoved(InsightBatch batch)
    {
        bool isNew;
        lock (_lock)
            isNew = AddDeliveredNeedsLock(batch.Id);
        if (isNew)
            counters.PossiblyDuplicated(batch.Count);
    }

    /// <summary>Whether the batch is delivered and only has to be removed from the outbox.</summary>
    public bool IsDelivered(string id)
    {
        lock (_lock)
            return _delivered.Contains(id);
    }

    /// <summary>The batch is no longer in the outbox.</summary>
    public void Removed(string id)
    {
        lock (_lock)
            _delivered.Remove(id);
    }

    private bool CountIfUncertain(InsightBatch batch)
    {
        bool isUncertain;
        lock (_lock)
            isUncertain = _uncertainPuts.Remove(batch.Id);
        if (isUncertain)
            counters.PossiblyDuplicated(batch.Count);
        return isUncertain;
    }

    private bool AddDeliveredNeedsLock(string id)
    {
        if (_delivered.Count >= MaxIds)
            _delivered.Clear();
        return _delivered.Add(id);
    }
}
