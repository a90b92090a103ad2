namespace Ffc.Sdk.Insights;

/// <summary>
/// The flushes that somebody waits for. Each covers what was under way or in the queue when it began, and is done when all of
/// that is settled.
/// </summary>
internal sealed class PendingFlushes
{
    private readonly Lock _adding = new();
    private readonly List<Flush> _pending = [];
    private List<Flush> _added = [];
    private bool _closed;

    /// <summary>Whether a flush covers events that are still in the queue.</summary>
    public bool AnyWaiting => _pending.Exists(static flush => flush.InQueue > 0);

    /// <summary>Asks for a flush. Called by any thread; everything else by the dispatcher alone.</summary>
    public Task<FlushResult> Add()
    {
        lock (_adding)
        {
            if (_closed)
                return Task.FromResult(new FlushResult());

            var flush = new Flush();
            _added.Add(flush);
            return flush.Result.Task;
        }
    }

    /// <summary>Begins the flushes that were asked for. False when there is none.</summary>
    public bool Begin(int inQueue, IReadOnlyCollection<Task<FlushResult>> underWay)
    {
        List<Flush> added;
        lock (_adding)
        {
            if (_added.Count == 0)
                return false;
            (added, _added) = (_added, []);
        }

        foreach (var flush in added)
        {
            flush.InQueue = inQueue;
            flush.UnderWay.AddRange(underWay);
            _pending.Add(flush);
        }

        return true;
    }

    /// <summary>Events were taken out of the queue, or out of what is held in memory.</summary>
    /// <param name="task">What is done with them.</param>
    /// <param name="fromQueue">How many of them come from the queue.</param>
    public void Started(Task<FlushResult> task, int fromQueue)
    {
        foreach (var flush in _pending)
        {
            flush.InQueue -= fromQueue;
            flush.UnderWay.Add(task);
        }
    }

    /// <summary>Answers those flushes of which nothing is left in the queue, as soon as what they cover is settled.</summary>
    public void CompleteThoseDone()
    {
        foreach (var flush in _pending)
        {
            if (flush.InQueue <= 0)
                _ = flush.CompleteAsync();
        }

        _pending.RemoveAll(static flush => flush.InQueue <= 0);
    }

    /// <summary>From now on there is nothing to flush.</summary>
    public void Close()
    {
        lock (_adding)
        {
            _closed = true;
            foreach (var flush in _added)
                flush.Result.TrySetResult(new FlushResult());
        }
    }

    private sealed class Flush
    {
        public int InQueue { get; set; }

        public List<Task<FlushResult>> UnderWay { get; } = [];

        public TaskCompletionSource<FlushResult> Result { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task CompleteAsync()
        {
            var results = await Task.WhenAll(UnderWay).ConfigureAwait(false);
            Result.TrySetResult(results.Aggregate(new FlushResult(), FlushResult.Sum));
        }
    }
}
