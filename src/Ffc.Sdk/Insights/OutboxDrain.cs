using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Ffc.Sdk.Telemetry;
using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Insights;

/// <summary>Sends the batches in the outbox, from any instance, oldest first. At most one drain runs at a time.</summary>
internal sealed partial class OutboxDrain
{
    // Fewer than the slots for requests, so that new events do not wait for old events.
    private const int MaxRequests = InsightSender.MaxRequests - 2;

    // If the outbox removes nothing, further batches are not sent, because each would be a possible duplicate.
    private const int MaxFailedRemovals = 5;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    // Other instances may store batches at any time.
    private static readonly TimeSpan IdleInterval = TimeSpan.FromMinutes(5);

    private readonly OutboxClient _outbox;
    private readonly InsightSender _sender;
    private readonly DuplicateTracker _duplicates;
    private readonly InsightMemory _memory;
    private readonly InsightLifetime _lifetime;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger<OutboxDrain> _logger;
    private readonly Lock _lock = new();
    private Task<OutboxDrainResult>? _running;
    private long _startedAt;

    public OutboxDrain(
        FfcOptions options,
        OutboxClient outbox,
        InsightSender sender,
        DuplicateTracker duplicates,
        InsightMemory memory,
        InsightLifetime lifetime)
    {
        (_outbox, _sender, _duplicates, _memory, _lifetime) = (outbox, sender, duplicates, memory, lifetime);
        _timeProvider = options.TimeProvider;
        _logger = options.LoggerFactory.CreateLogger<OutboxDrain>();
        _startedAt = _timeProvider.GetTimestamp();
    }

    /// <summary>Starts a drain if the interval since the last start has passed.</summary>
    public void RunIfDue()
    {
        var interval = _outbox.MayHoldBatches ? Interval : IdleInterval;
        if (!_outbox.IsConfigured || _timeProvider.GetElapsedTime(_startedAt) < interval)
            return;

        _startedAt = _timeProvider.GetTimestamp();
        _ = RunAsync();
    }

    /// <summary>Drains the outbox, or joins the drain in progress.</summary>
    public Task<OutboxDrainResult> RunAsync()
    {
        lock (_lock)
        {
            if (_running is null or { IsCompleted: true })
                _running = Task.Run(DrainAsync);
            return _running;
        }
    }

    /// <summary>
    /// Waits for the drain in progress, so that delivered batches are removed before the process ends. The drain ends
    /// when the time for the shutdown is over.
    /// </summary>
    public Task WaitAsync()
    {
        lock (_lock)
            return _running ?? Task.CompletedTask;
    }

    private async Task<OutboxDrainResult> DrainAsync()
    {
        if (!_outbox.IsConfigured || _lifetime.IsStopping)
            return new OutboxDrainResult { Outcome = OutboxDrainOutcome.Off };
        if (!_sender.CanSend)
            return new OutboxDrainResult { Outcome = ServerOutcome() };

        using var activity = EvaluationInstruments.Activities.StartActivity("ffc.insights.drain");
        var pass = new Pass();
        OutboxDrainOutcome outcome;
        _outbox.MayHoldBatches = false;
        try
        {
            do
            {
                // Another pass sends the halves of a split batch, which are in the outbox.
                pass.HasSplit = false;
                outcome = await RunPassAsync(pass).ConfigureAwait(false);
            }
            while (pass.HasSplit && outcome == OutboxDrainOutcome.Empty);
            var isComplete = outcome is not OutboxDrainOutcome.ServerUnavailable and not OutboxDrainOutcome.ServerRefused;
            await _outbox.ReportDrainedAsync(pass.Problem, isComplete).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            outcome = _lifetime.IsStopping ? OutboxDrainOutcome.Off : OutboxDrainOutcome.OutboxUnreachable;
            if (outcome == OutboxDrainOutcome.OutboxUnreachable)
                _outbox.ReportDrainFailure(exception);
        }

        if (outcome != OutboxDrainOutcome.Empty)
            _outbox.MayHoldBatches = true;
        if (pass.Delivered > 0)
            LogDrained(pass.Delivered);
        activity?.SetTag("ffc.insights.events", pass.Delivered);
        return new OutboxDrainResult { Outcome = outcome, Delivered = pass.Delivered, Rejected = pass.Rejected };
    }

    private async Task<OutboxDrainOutcome> RunPassAsync(Pass pass)
    {
        using var passCts = CancellationTokenSource.CreateLinkedTokenSource(_lifetime.Stopping);
        try
        {
            await Parallel.ForEachAsync(
                ClaimAsync(passCts.Token),
                new ParallelOptions { MaxDegreeOfParallelism = MaxRequests, CancellationToken = passCts.Token },
                async (claim, _) =>
                {
                    // The end of the pass stops further claims. It does not cancel a batch that is being sent.
                    using var counted = _memory.Count(claim.Batch);
                    if (!await TrySettleAsync(claim, pass).ConfigureAwait(false))
                        await passCts.CancelAsync().ConfigureAwait(false);
                    await _outbox.ReleaseAsync(claim).ConfigureAwait(false);
                }).ConfigureAwait(false);
        }
        catch (InsightBatchException exception)
        {
            pass.Skip(_outbox.Describe(exception));
        }
        catch (OperationCanceledException) when (passCts.IsCancellationRequested && !_lifetime.IsStopping)
        {
            if (pass.IsServerUnavailable)
                return ServerOutcome();
        }

        return pass.Problem is null ? OutboxDrainOutcome.Empty : OutboxDrainOutcome.OutboxUnreachable;
    }

    /// <summary>
    /// Claims the batches one by one, and takes a slot for a request before each claim, so that the time of a lease does not pass
    /// while the batch waits for a slot.
    /// </summary>
    private async IAsyncEnumerable<IInsightClaim> ClaimAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var claims = _outbox.ClaimAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using (claims.ConfigureAwait(false))
        {
            while (true)
            {
                await _sender.Slots.WaitAsync(cancellationToken).ConfigureAwait(false);
                var isClaimed = false;
                try
                {
                    isClaimed = await claims.MoveNextAsync().ConfigureAwait(false);
                }
                finally
                {
                    if (!isClaimed)
                        _sender.ReleaseSlot();
                }

                if (!isClaimed)
                    yield break;
                yield return claims.Current;
            }
        }
    }

    /// <summary>
    /// Sends a batch and releases its slot, then removes, splits or rejects the batch. False if the pass must end. A batch that
    /// cannot be removed, split or rejected stays in the outbox until the next drain.
    /// </summary>
    private async Task<bool> TrySettleAsync(IInsightClaim claim, Pass pass)
    {
        var isSent = _duplicates.IsDelivered(claim.Batch.Id);
        var result = new SendResult(SendOutcome.Delivered);
        try
        {
            if (!isSent)
                result = await SendAsync(claim, pass).ConfigureAwait(false);
        }
        finally
        {
            _sender.ReleaseSlot();
        }

        if (result.Outcome == SendOutcome.Unavailable)
        {
            pass.IsServerUnavailable = true;
            return false;
        }

        try
        {
            await SettleAsync(claim, result, isSent, pass).ConfigureAwait(false);
            pass.FailedRemovals = 0;
            return true;
        }
        catch (Exception exception)
        {
            pass.Skip($"the batch {claim.Batch.Id} cannot be {Verb(result, claim.Batch)}: {_outbox.Describe(exception)}");
            return isSent
                || result.Outcome != SendOutcome.Delivered
                || Interlocked.Increment(ref pass.FailedRemovals) < MaxFailedRemovals;
        }
    }

    private async Task<SendResult> SendAsync(IInsightClaim claim, Pass pass)
    {
        if (claim.MayBeDelivered)
            _duplicates.Reclaimed(claim.Batch);
        var result = await _sender.SendAsync(claim.Batch, fromOutbox: true, _lifetime.SendDeadline).ConfigureAwait(false);
        if (result.Outcome == SendOutcome.Delivered)
            Interlocked.Add(ref pass.Delivered, claim.Batch.Count);
        return result;
    }

    private async Task SettleAsync(IInsightClaim claim, SendResult result, bool wasSent, Pass pass)
    {
        if (result.Outcome == SendOutcome.Delivered)
        {
            await _outbox.CompleteAsync(claim, isCounted: wasSent).ConfigureAwait(false);
        }
        else if (IsSplit(result, claim.Batch))
        {
            await _outbox.SplitAsync(claim).ConfigureAwait(false);
            pass.HasSplit = true;
        }
        else
        {
            await _outbox.RejectAsync(claim, result.Rejection!).ConfigureAwait(false);
            Interlocked.Add(ref pass.Rejected, claim.Batch.Count);
        }
    }

    private static bool IsSplit(SendResult result, InsightBatch batch) =>
        result.Outcome == SendOutcome.TooLarge && batch.Count > 1;

    private static string Verb(SendResult result, InsightBatch batch) =>
        result.Outcome == SendOutcome.Delivered ? "removed" : IsSplit(result, batch) ? "split" : "moved to the rejected batches";

    private OutboxDrainOutcome ServerOutcome() =>
        _sender.State.State == InsightState.Refused ? OutboxDrainOutcome.ServerRefused : OutboxDrainOutcome.ServerUnavailable;

    [LoggerMessage(EventId = 65, Level = LogLevel.Information, Message = "Insights delivered from the outbox: {Events}")]
    private partial void LogDrained(int events);

    private sealed class Pass
    {
        public int Delivered;
        public int Rejected;
        public int FailedRemovals;
        public volatile bool HasSplit;
        public volatile bool IsServerUnavailable;
        private readonly ConcurrentQueue<string> _problems = new();

        /// <summary>Why batches were skipped; null if none was skipped.</summary>
        public string? Problem => _problems.Order(StringComparer.Ordinal).FirstOrDefault() is not { } first
            ? null
            : _problems.Count == 1 ? first : $"{first} (and {_problems.Count - 1} more)";

        public void Skip(string problem) => _problems.Enqueue(problem);
    }
}
