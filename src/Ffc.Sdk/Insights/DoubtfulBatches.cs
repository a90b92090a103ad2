namespace Ffc.Sdk.Insights;

/// <summary>
/// The batches that may be in two places, by their ids: put in the outbox, which did not answer; or delivered, but not removed from it.
/// </summary>
internal sealed class DoubtfulBatches
{
    // What an outbox never took, or another instance removed, is never heard of again.
    private const int Most = 10_000;

    private readonly Lock _changing = new();
    private readonly HashSet<string> _perhapsKept = [];
    private readonly HashSet<string> _delivered = [];

    /// <summary>The outbox did not answer: it has the batch, or has not.</summary>
    public void Unanswered(string id)
    {
        lock (_changing)
            Add(_perhapsKept, id);
    }

    /// <summary>The outbox has the batch.</summary>
    public void Kept(string id)
    {
        lock (_changing)
            _perhapsKept.Remove(id);
    }

    /// <summary>The server took the batch from memory. True when the outbox may have it as well.</summary>
    public bool Delivered(string id)
    {
        lock (_changing)
            return _perhapsKept.Remove(id) && Add(_delivered, id);
    }

    /// <summary>The server took the batch, and the outbox still has it. True when that was not known.</summary>
    public bool NotRemoved(string id)
    {
        lock (_changing)
            return Add(_delivered, id);
    }

    public bool WasDelivered(string id)
    {
        lock (_changing)
            return _delivered.Contains(id);
    }

    public void Removed(string id)
    {
        lock (_changing)
            _delivered.Remove(id);
    }

    private static bool Add(HashSet<string> ids, string id)
    {
        if (ids.Count >= Most)
            ids.Clear();
        return ids.Add(id);
    }
}
