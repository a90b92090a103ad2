namespace Ffc.Sdk.Insights;

/// <summary>
/// The flushes in progress. A flush covers the events that were queued, held or in progress when it began, and completes when
/// all of them have an outcome. Any thread may call <see cref="Add"/>. Only the dispatcher calls the other members.
/// </summary>
internal sealed class PendingFlushes
{
    private readonly Lock _lock = new();
    private readonly List<Flush> _pending = [];
    private List<Flush> _added = [];
    private bool _isClosed;

    /// <summary>Whether a flush covers events that are still in the queue.</summary>
    public bool AnyWaiting => _pending.Exists(static flush => flush.Queued > 0);

    /// <summary>Requests a flush.</summary>
    public Task<FlushResult> Add()
    {
        lock (_lock)
        {
            if (_isClosed)
                return Task.FromResult(new FlushResult());

            var flush = new Flush();
            _added.Add(flush);
            return flush.Result.Task;
        }
    }

    /// <summary>Begins the requested flushes. False if there are none.</summary>
    /// <param name="queued">The number of events in the queue.</param>
    /// <param name="held">The number of batches held in memory.</param>
    /// <param name="running">The deliveries in progress.</param>
    public bool Begin(int queued, int held, IReadOnlyCollection<Task<FlushResult>> running)
    {
        List<Flush> added;
        lock (_lock)
        {
            if (_added.Count == 0)
                return false;
            (added, _added) = (_added, []);
        }

        foreach (var flush in added)
        {
            (flush.Queued, flush.Held) = (queued, held);
            flush.Deliveries.AddRange(running);
            _pending.Add(flush);
        }

        return true;
    }

    /// <summary>A delivery of events from the queue began.</summary>
    public void QueuedStarted(Task<FlushResult> delivery, int events)
    {
        foreach (var flush in _pending.Where(static flush => flush.Queued > 0))
        {
            flush.Queued -= events;
            flush.Deliveries.Add(delivery);
        }
    }

    /// <summary>A delivery of a batch held in memory began.</summary>
    public void HeldStarted(Task<FlushResult> delivery)
    {
        foreach (var flush in _pending.Where(static flush => flush.Held > 0))
        {
            flush.Held--;
            flush.Deliveries.Add(delivery);
        }
    }

    /// <summary>Completes the flushes whose events have all left the queue when their deliveries end.</summary>
    public void CompleteFinished()
    {
        foreach (var flush in _pending.Where(static flush => flush.HasStartedAll))
            _ = flush.CompleteAsync();

        _pending.RemoveAll(static flush => flush.HasStartedAll);
    }

    /// <summary>Completes all flushes. Later flushes complete immediately.</summary>
    public void Close()
    {
        CompleteFinished();
        lock (_lock)
        {
            _isClosed = true;
            foreach (var flush in _added)
                flush.Result.TrySetResult(new FlushResult());
        }
    }

    private sealed class Flush
    {
        public int Queued { get; set; }

        public int Held { get; set; }

        public bool HasStartedAll => Queued <= 0 && Held <= 0;

        public List<Task<FlushResult>> Deliveries { get; } = [];

        public TaskCompletionSource<FlushResult> Result { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task CompleteAsync()
        {
            var results = await Task.WhenAll(Deliveries).ConfigureAwait(false);
            Result.TrySetResult(results.Aggregate(new FlushResult(), static (sum, result) => sum.Add(result)));
        }
    }
}
