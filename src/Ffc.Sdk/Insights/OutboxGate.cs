using Ffc.Sdk.Internal;
using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Insights;

/// <summary>
/// The way to the outbox: with a time limit on each call, and a pause after a failure, so that a store that hangs does not hold up
/// what could be sent. What the store does not take is held in memory, as long as there is room.
/// </summary>
internal sealed partial class OutboxGate(FfcOptions options, IInsightOutbox? outbox, InsightCounters counters)
{
    /// <summary>How long a call to the outbox may take.</summary>
    public static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LossLogInterval = TimeSpan.FromSeconds(30);

    private readonly ILogger<OutboxGate> _logger = options.LoggerFactory.CreateLogger<OutboxGate>();
    private readonly TimeProvider _clock = options.TimeProvider;
    private readonly Lock _changing = new();
    private readonly Queue<InsightBatch> _held = new();
    private readonly DoubtfulBatches _doubtful = new();
    private int _heldEvents;
    private int _lostUnlogged;
    private DateTimeOffset _lossLogged = DateTimeOffset.MinValue;
    private DateTimeOffset _pausedUntil = DateTimeOffset.MinValue;
    private volatile string? _problem = outbox is null ? "no outbox is configured" : null;

    /// <summary>Where batches are kept; null when nowhere but in memory.</summary>
    public IInsightOutbox? Outbox => outbox;

    /// <summary>What is wrong with the outbox; null when nothing is, as far as known.</summary>
    public string? Problem => _problem;

    /// <summary>Whether something may be in the outbox that this process knows of.</summary>
    public bool MayHoldBatches { get; set; } = true;

    /// <summary>How many events are held in memory, since the outbox did not take them.</summary>
    public int HeldEvents
    {
        get
        {
            lock (_changing)
                return _heldEvents;
        }
    }

    /// <summary>How many batches that is.</summary>
    public int HeldBatches
    {
        get
        {
            lock (_changing)
                return _held.Count;
        }
    }

    /// <summary>Keeps a batch to be sent later: in the outbox, or else in memory, or else it is lost.</summary>
    public async Task<FlushResult> KeepAsync(InsightBatch batch, CancellationToken cancellationToken)
    {
        if (!await TryPutAsync(batch, cancellationToken).ConfigureAwait(false))
            return Hold(batch);

        return new FlushResult(ToOutbox: batch.Count);
    }

    /// <summary>Puts a batch in the outbox. False when it does not take it.</summary>
    public async Task<bool> TryPutAsync(InsightBatch batch, CancellationToken cancellationToken)
    {
        if (!await TryAsync(store => store.PutAsync, batch, cancellationToken).ConfigureAwait(false))
            return false;

        _doubtful.Kept(batch.Id);
        MayHoldBatches = true;
        counters.ToOutbox(batch.Count);
        return true;
    }

    /// <summary>Keeps a batch that the server refused for good where somebody can look at it.</summary>
    public async Task<FlushResult> KeepRejectedAsync(InsightBatch batch, InsightRejection rejection, CancellationToken cancellationToken)
    {
        // Where it cannot be kept now, it is held and sent again: the server refuses it once more, and then it may be.
        var kept = await TryAsync(store => (b, ct) => store.PutRejectedAsync(b, rejection, ct), batch, cancellationToken).ConfigureAwait(false);
        if (!kept && outbox is not null)
            return Hold(batch);

        Rejected(batch, rejection.Status);
        return new FlushResult(Rejected: batch.Count);
    }

    /// <summary>Counts a batch that the server refused for good, and tells of it.</summary>
    public void Rejected(InsightBatch batch, int status)
    {
        counters.Rejected(batch.Count);
        LogRejected(batch.Count, status, outbox is null ? "thrown away, since no outbox is configured" : "kept with the outbox's rejected ones");
    }

    /// <summary>Takes the oldest of the batches that are held in memory, to try again with it; null when there is none.</summary>
    public InsightBatch? TakeHeld()
    {
        lock (_changing)
        {
            if (!_held.TryDequeue(out var batch))
                return null;

            _heldEvents -= batch.Count;
            return batch;
        }
    }

    /// <summary>
    /// The server took a batch from memory, or its parts. Where it may be in the outbox all the same, another instance may send it again;
    /// this one does not.
    /// </summary>
    public void Delivered(InsightBatch batch)
    {
        if (_doubtful.Delivered(batch.Id))
            counters.PossiblyDuplicated(batch.Count);
    }

    /// <summary>The server took a batch of the outbox, which could not be removed. This process knows better than to send it again; others do not.</summary>
    public void NotRemoved(InsightBatch batch)
    {
        if (_doubtful.NotRemoved(batch.Id))
            counters.PossiblyDuplicated(batch.Count);
    }

    /// <summary>Whether the server has taken a batch that is in the outbox.</summary>
    public bool WasDelivered(string id) => _doubtful.WasDelivered(id);

    /// <summary>A batch is in the outbox no more.</summary>
    public void Removed(string id) => _doubtful.Removed(id);

    /// <summary>Ends the pause after a failure.</summary>
    public void Resume()
    {
        lock (_changing)
            _pausedUntil = DateTimeOffset.MinValue;
    }

    /// <summary>Counts events that are lost, and tells of it now and then.</summary>
    public void Lose(int events)
    {
        counters.Lost(events);
        int lost;
        lock (_changing)
        {
            _lostUnlogged += events;
            var now = _clock.GetUtcNow();
            if (now - _lossLogged < LossLogInterval)
                return;

            (lost, _lostUnlogged, _lossLogged) = (_lostUnlogged, 0, now);
        }

        LogLost(lost, counters.LostTotal);
    }

    /// <summary>Tells of losses that were not told of yet.</summary>
    public void TellOfLosses()
    {
        int lost;
        lock (_changing)
            (lost, _lostUnlogged) = (_lostUnlogged, 0);
        if (lost > 0)
            LogLost(lost, counters.LostTotal);
    }

    /// <summary>The outbox answered.</summary>
    public void Succeeded()
    {
        if (_problem is null)
            return;

        _problem = null;
        LogReachable();
    }

    /// <summary>The outbox cannot be reached.</summary>
    public void Failed(Exception e)
    {
        var problem = e is OperationCanceledException or TimeoutException ? "it does not answer in time" : e.Message.Split('\n', 2)[0].TrimEnd();
        lock (_changing)
            _pausedUntil = _clock.GetUtcNow() + PauseAfterFailure;
        if (Interlocked.Exchange(ref _problem, problem) is null)
            LogUnreachable(problem);
    }

    private async Task<bool> TryAsync(
        Func<IInsightOutbox, Func<InsightBatch, CancellationToken, Task>> call, InsightBatch batch, CancellationToken cancellationToken)
    {
        if (outbox is null || cancellationToken.IsCancellationRequested)
            return false;
        lock (_changing)
        {
            if (_clock.GetUtcNow() < _pausedUntil)
                return false;
        }

        using var patience = new CancellationTokenSource(CallTimeout, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            // Waited for with a limit of its own: a store of somebody else's may not look at the token.
            await call(outbox)(batch, either.Token).WaitAndObserveAsync(either.Token).ConfigureAwait(false);
            Succeeded();
            return true;
        }
        catch (Exception e)
        {
            // Whatever a store throws, the batch is not in it as far as known. Putting it there again changes nothing.
            if (IsUnanswered(e))
                _doubtful.Unanswered(batch.Id);
            if (!cancellationToken.IsCancellationRequested)
                Failed(e);
            return false;
        }
    }

    private static bool IsUnanswered(Exception e)
    {
        for (var inner = e; inner is not null; inner = inner.InnerException)
        {
            if (inner is OperationCanceledException or TimeoutException)
                return true;
        }

        return false;
    }

    private FlushResult Hold(InsightBatch batch)
    {
        lock (_changing)
        {
            if (_heldEvents + batch.Count <= options.Insights.Capacity)
            {
                _held.Enqueue(batch);
                _heldEvents += batch.Count;
                return new FlushResult(Held: batch.Count);
            }
        }

        Lose(batch.Count);
        return new FlushResult(Lost: batch.Count);
    }

    [LoggerMessage(EventId = 60, Level = LogLevel.Error,
        Message = "{Events} insights are lost ({Total} so far): neither the server nor the outbox took them in time, and memory is full or the client closed")]
    private partial void LogLost(int events, long total);

    [LoggerMessage(EventId = 61, Level = LogLevel.Warning,
        Message = "The outbox for insights cannot be reached: {Problem}. Undelivered insights wait in memory meanwhile")]
    private partial void LogUnreachable(string problem);

    [LoggerMessage(EventId = 62, Level = LogLevel.Information, Message = "The outbox for insights can be reached again")]
    private partial void LogReachable();

    [LoggerMessage(EventId = 63, Level = LogLevel.Error, Message = "The server refused {Events} insights for good ({Status}); they are {Kept}")]
    private partial void LogRejected(int events, int status, string kept);
}
