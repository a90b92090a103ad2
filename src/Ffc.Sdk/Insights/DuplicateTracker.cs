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
    private readonly HashSet<string> _delivered = [];

    // Whether each batch is counted. Only batches in memory, so their number is bounded.
    private readonly Dictionary<string, bool> _uncertainPuts = [];

    /// <summary>
    /// The outcome of putting a batch is unknown: the outbox may contain the batch now or later, and it is also in memory.
    /// </summary>
    public void PutUncertain(InsightBatch batch)
    {
        lock (_lock)
            _uncertainPuts[batch.Id] = false;
    }

    /// <summary>
    /// The batch is sent or put again. Its events are counted before, because the process may be killed before the outcome is
    /// known.
    /// </summary>
    public void Retrying(InsightBatch batch)
    {
        lock (_lock)
        {
            if (!_uncertainPuts.TryGetValue(batch.Id, out var isCounted) || isCounted)
                return;
            _uncertainPuts[batch.Id] = true;
        }

        counters.PossiblyDuplicated(batch.Count);
    }

    /// <summary>The caller was told that the batch is not accepted, and may send its events again.</summary>
    public void Refused(InsightBatch batch)
    {
        Retrying(batch);
        Forget(batch);
    }

    /// <summary>The batch leaves memory: it is in the outbox, replaced by its parts, or lost.</summary>
    public void Forget(InsightBatch batch)
    {
        lock (_lock)
            _uncertainPuts.Remove(batch.Id);
    }

    /// <summary>The batch was delivered from memory. If the outbox also contains it, it only has to be removed there.</summary>
    public void Delivered(InsightBatch batch)
    {
        lock (_lock)
        {
            if (_uncertainPuts.Remove(batch.Id))
                AddDeliveredNeedsLock(batch.Id);
        }
    }

    /// <summary>The instance that claimed the batch before ended while it may have sent the batch.</summary>
    public void Reclaimed(InsightBatch batch) => counters.PossiblyDuplicated(batch.Count);

    /// <summary>Some parts of a batch may be in the outbox, and the complete batch still is.</summary>
    public void PartsStored(InsightBatch parts) => counters.PossiblyDuplicated(parts.Count);

    /// <summary>
    /// The batch was delivered or replaced, but not removed from the outbox: another instance may deliver it again.
    /// </summary>
    /// <param name="batch">The batch.</param>
    /// <param name="isCounted">Whether an earlier failed removal is counted, and the batch was not sent since.</param>
    public void NotRemoved(InsightBatch batch, bool isCounted)
    {
        lock (_lock)
            AddDeliveredNeedsLock(batch.Id);
        if (!isCounted)
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

    private void AddDeliveredNeedsLock(string id)
    {
        if (_delivered.Count >= MaxIds)
            _delivered.Clear();
        _delivered.Add(id);
    }
}
