using Ffc.Sdk.Telemetry;
using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Insights;

/// <summary>Sends the batches in the outbox, from any instance, oldest first. At most one drain runs at a time.</summary>
internal sealed partial class OutboxDrain
{
    // Fewer than the slots for requests, so that new events do not wait for old events.
    private const int MaxRequests = InsightSender.MaxRequests - 2;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    // Other instances may store batches at any time.
    private static readonly TimeSpan IdleInterval = TimeSpan.FromMinutes(5);

    private readonly OutboxClient _outbox;
    private readonly InsightSender _sender;
    private readonly DuplicateTracker _duplicates;
    private readonly InsightLifetime _lifetime;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger<OutboxDrain> _logger;
    private readonly Lock _lock = new();
    private Task<OutboxDrainResult>? _running;
    private long _startedAt;

    public OutboxDrain(
        FfcOptions options, OutboxClient outbox, InsightSender sender, DuplicateTracker duplicates, InsightLifetime lifetime)
    {
        (_outbox, _sender, _duplicates, _lifetime) = (outbox, sender, duplicates, lifetime);
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

    /// <summary>Waits for the drain in progress, so that delivered batches are removed before the process ends.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        Task? running;
        lock (_lock)
            running = _running;
        if (running is not null)
            await running.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task<OutboxDrainResult> DrainAsync()
    {
        if (!_outbox.IsConfigured || _lifetime.IsStopping)
            return new OutboxDrainResult { Outcome = OutboxDrainOutcome.Off };
        if (!_sender.CanSend)
            return new OutboxDrainResult { Outcome = ServerOutcome() };

        using var activity = Instruments.Activities.StartActivity("ffc.insights.drain");
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
            _outbox.ReportSuccess();
        }
        catch (Exception exception)
        {
            outcome = _lifetime.IsStopping ? OutboxDrainOutcome.Off : OutboxDrainOutcome.OutboxUnreachable;
            if (outcome == OutboxDrainOutcome.OutboxUnreachable)
                _outbox.ReportFailure(exception);
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
                _outbox.ClaimAsync(passCts.Token),
                new ParallelOptions { MaxDegreeOfParallelism = MaxRequests, CancellationToken = passCts.Token },
                async (claim, _) =>
                {
                    // The end of the pass stops further claims. It does not cancel a batch that is being sent.
                    await using (claim.ConfigureAwait(false))
                    {
                        if (!await TrySettleAsync(claim, pass).ConfigureAwait(false))
                            await passCts.CancelAsync().ConfigureAwait(false);
                    }
                }).ConfigureAwait(false);
            return OutboxDrainOutcome.Empty;
        }
        catch (OperationCanceledException) when (passCts.IsCancellationRequested && !_lifetime.IsStopping)
        {
            return ServerOutcome();
        }
    }

    /// <summary>Sends a batch, then removes, splits or rejects it. False if the server is unavailable: the batch stays.</summary>
    private async Task<bool> TrySettleAsync(IInsightClaim claim, Pass pass)
    {
        var batch = claim.Batch;
        if (_duplicates.IsDelivered(batch.Id))
        {
            await _outbox.CompleteAsync(claim).ConfigureAwait(false);
            return true;
        }

        var result = await SendAsync(batch).ConfigureAwait(false);
        switch (result.Outcome)
        {
            case SendOutcome.Delivered:
                Interlocked.Add(ref pass.Delivered, batch.Count);
                await _outbox.CompleteAsync(claim).ConfigureAwait(false);
                return true;
            case SendOutcome.TooLarge when batch.Count > 1:
                await _outbox.SplitAsync(claim).ConfigureAwait(false);
                pass.HasSplit = true;
                return true;
            case SendOutcome.TooLarge or SendOutcome.Rejected:
                await _outbox.RejectAsync(claim, result.Rejection!).ConfigureAwait(false);
                Interlocked.Add(ref pass.Rejected, batch.Count);
                return true;
            default:
                return false;
        }
    }

    private async Task<SendResult> SendAsync(InsightBatch batch)
    {
        await _sender.Slots.WaitAsync(_lifetime.Stopping).ConfigureAwait(false);
        try
        {
            return await _sender.SendAsync(batch, _lifetime.SendDeadline).ConfigureAwait(false);
        }
        finally
        {
            _sender.ReleaseSlot();
        }
    }

    private OutboxDrainOutcome ServerOutcome() =>
        _sender.State.State == InsightState.Refused ? OutboxDrainOutcome.ServerRefused : OutboxDrainOutcome.ServerUnavailable;

    [LoggerMessage(EventId = 65, Level = LogLevel.Information, Message = "{Events} insights from the outbox were delivered")]
    private partial void LogDrained(int events);

    private sealed class Pass
    {
        public int Delivered;
        public int Rejected;
        public volatile bool HasSplit;
    }
}
