namespace Ffc.Sdk.Insights;

/// <summary>
/// Tracks batches that may be delivered twice, and counts their events. These are batches whose put into the outbox has an
/// unknown outcome, and delivered batches that are still in the outbox.
/// </summary>
internal sealed class DuplicateTracker(InsightCounters counters)
{
    // Batches that another instance removed stay in the sets, so the sets need a limit.
    private const int MaxIds = 10_000;

    private readonly Lock _lock = new();
    private readonly HashSet<string> _uncertainPuts = [];
    private readonly HashSet<string> _delivered = [];

    /// <summary>The outcome of a put is unknown: the outbox may contain the batch.</summary>
    public void PutUncertain(string id)
    {
        lock (_lock)
            Add(_uncertainPuts, id);
    }

    /// <summary>The outbox contains the batch.</summary>
    public void PutSucceeded(string id)
    {
        lock (_lock)
            _uncertainPuts.Remove(id);
    }

    /// <summary>
    /// The batch was delivered from memory. If the outbox may also contain it, another instance may deliver it again.
    /// </summary>
    public void Delivered(InsightBatch batch)
    {
        bool isDuplicate;
        lock (_lock)
            isDuplicate = _uncertainPuts.Remove(batch.Id) && Add(_delivered, batch.Id);
        if (isDuplicate)
            counters.PossiblyDuplicated(batch.Count);
    }

    /// <summary>
    /// The batch was delivered or replaced, but not removed from the outbox: another instance may deliver it again.
    /// </summary>
    public void NotRemoved(InsightBatch batch)
    {
        bool isNew;
        lock (_lock)
            isNew = Add(_delivered, batch.Id);
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

    private static bool Add(HashSet<string> ids, string id)
    {
        if (ids.Count >= MaxIds)
            ids.Clear();
        return ids.Add(id);
    }
}
