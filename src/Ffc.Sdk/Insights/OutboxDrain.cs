using System.Runtime.CompilerServices;
using Ffc.Sdk.Internal;
using Ffc.Sdk.Telemetry;
using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Insights;

/// <summary>Sends what is in the outbox, whichever instance put it there, the oldest first. One drain at a time in a process.</summary>
internal sealed partial class OutboxDrain
{
    // Fewer than there are: what happens now must not wait for what happened before.
    private const int RequestsAtOnce = InsightDispatcher.RequestsAtOnce - 2;

    // For one step, which may pass over many a batch that others have taken.
    private static readonly TimeSpan ClaimTimeout = TimeSpan.FromSeconds(30);

    private readonly string _environment;
    private readonly OutboxGate _gate;
    private readonly InsightSender _sender;
    private readonly Slots _slots;
    private readonly TimeProvider _clock;
    private readonly ILogger<OutboxDrain> _logger;
    private readonly Lock _starting = new();
    private Task<OutboxDrainResult>? _running;

    /// <summary>Prepares to drain.</summary>
    /// <param name="options">The clock and the log.</param>
    /// <param name="environment">Whose batches.</param>
    /// <param name="gate">The outbox.</param>
    /// <param name="sender">Where they go.</param>
    /// <param name="slots">The requests that may be under way at once, with whatever else is sent.</param>
    public OutboxDrain(FfcOptions options, string environment, OutboxGate gate, InsightSender sender, Slots slots)
    {
        (_environment, _gate, _sender, _slots) = (environment, gate, sender, slots);
        _clock = options.TimeProvider;
        _logger = options.LoggerFactory.CreateLogger<OutboxDrain>();
    }

    /// <summary>Drains the outbox, or joins the drain that is under way.</summary>
    /// <param name="cancellationToken">Ends the drain, for everybody who waits for it.</param>
    public Task<OutboxDrainResult> RunAsync(CancellationToken cancellationToken)
    {
        lock (_starting)
        {
            if (_running is null or { IsCompleted: true })
                _running = Task.Run(() => DrainAsync(cancellationToken), CancellationToken.None);
            return _running;
        }
    }

    /// <summary>
    /// Waits for the drain that is under way. What the server took is removed from the outbox before the process ends: who found it
    /// there would send it again.
    /// </summary>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async Task EndAsync(CancellationToken cancellationToken)
    {
        Task? running;
        lock (_starting)
            running = _running;
        if (running is not null)
            await running.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task<OutboxDrainResult> DrainAsync(CancellationToken cancellationToken)
    {
        if (_gate.Outbox is not { } outbox || cancellationToken.IsCancellationRequested)
            return new OutboxDrainResult(OutboxDrainEnd.Off);
        if (!_sender.MaySend)
            return new OutboxDrainResult(ServerFault());

        using var activity = Instruments.Activities.StartActivity("ffc.insights.drain");
        var pass = new Pass();
        OutboxDrainEnd end;
        _gate.MayHoldBatches = false;
        try
        {
            do
            {
                // What was split is in the outbox as two smaller batches: once more round for them.
                pass.Split = false;
                end = await PassAsync(outbox, pass, cancellationToken).ConfigureAwait(false);
            }
            while (pass.Split && end == OutboxDrainEnd.Empty);
            _gate.Succeeded();
        }
        catch (Exception e)
        {
            end = cancellationToken.IsCancellationRequested ? OutboxDrainEnd.Off : OutboxDrainEnd.OutboxUnreachable;
            if (end == OutboxDrainEnd.OutboxUnreachable)
                _gate.Failed(e);
        }

        if (end != OutboxDrainEnd.Empty)
            _gate.MayHoldBatches = true;
        if (pass.Delivered > 0)
            LogDrained(pass.Delivered);
        activity?.SetTag("ffc.insights.events", pass.Delivered);
        return new OutboxDrainResult(end, pass.Delivered, pass.Rejected);
    }

    private async Task<OutboxDrainEnd> PassAsync(IInsightOutbox outbox, Pass pass, CancellationToken cancellationToken)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            await Parallel.ForEachAsync(
                ClaimsAsync(outbox, enough.Token),
                new ParallelOptions { MaxDegreeOfParallelism = RequestsAtOnce, CancellationToken = enough.Token },
                async (claim, _) =>
                {
                    await using (claim.ConfigureAwait(false))
                    {
                        // Not with the loop's token: one batch that does not get through must not break off the others.
                        if (!await SettleAsync(claim, pass, cancellationToken).ConfigureAwait(false))
                            await enough.CancelAsync().ConfigureAwait(false);
                    }
                }).ConfigureAwait(false);
            return OutboxDrainEnd.Empty;
        }
        catch (OperationCanceledException) when (enough.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return ServerFault();
        }
    }

    /// <summary>The outbox's claims, as long as it does not hang.</summary>
    private async IAsyncEnumerable<IInsightClaim> ClaimsAsync(IInsightOutbox outbox, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var claims = outbox.ClaimAsync(_environment, cancellationToken).GetAsyncEnumerator(cancellationToken);
        var next = Task.FromResult(true);
        try
        {
            while (await (next = claims.MoveNextAsync().AsTask()).WaitAsync(ClaimTimeout, _clock, cancellationToken).ConfigureAwait(false))
                yield return claims.Current;
        }
        finally
        {
            if (next.IsCompleted)
                await claims.DisposeAsync().ConfigureAwait(false);
            else
                _ = AbandonAsync(claims, next);
        }
    }

    private static async Task AbandonAsync(IAsyncEnumerator<IInsightClaim> claims, Task<bool> next)
    {
        // Nobody waits for it any more. What it still comes up with must be free for others.
        await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (next is { IsCompletedSuccessfully: true, Result: true })
            await claims.Current.DisposeAsync().ConfigureAwait(false);
        await claims.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Sends a batch and does with it what the server wants. False when the server takes none now: the batch stays.</summary>
    private async Task<bool> SettleAsync(IInsightClaim claim, Pass pass, CancellationToken cancellationToken)
    {
        var batch = claim.Batch;
        if (_gate.WasDelivered(batch.Id))
        {
            await CompleteAsync(claim).ConfigureAwait(false);
            return true;
        }

        var result = await SendAsync(batch, cancellationToken).ConfigureAwait(false);
        switch (result.Outcome)
        {
            case SendOutcome.Delivered:
                Interlocked.Add(ref pass.Delivered, batch.Count);
                await CompleteAsync(claim).ConfigureAwait(false);
                return true;
            case SendOutcome.TooLarge when batch.Count > 1:
                var (first, second) = batch.Split();
                await LimitedAsync(patience => claim.SplitAsync(first, second, patience)).ConfigureAwait(false);
                pass.Split = true;
                return true;
            case SendOutcome.TooLarge or SendOutcome.Refused:
                await LimitedAsync(patience => claim.RejectAsync(result.Rejection(_clock), patience)).ConfigureAwait(false);
                Interlocked.Add(ref pass.Rejected, batch.Count);
                _gate.Rejected(batch, result.Status);
                return true;
            default:
                return false;
        }
    }

    private async Task<SendResult> SendAsync(InsightBatch batch, CancellationToken cancellationToken)
    {
        await _slots.TakeAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await _sender.SendAsync(batch, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _slots.GiveBack();
        }
    }

    private async Task CompleteAsync(IInsightClaim claim)
    {
        var id = claim.Batch.Id;
        try
        {
            await LimitedAsync(claim.CompleteAsync).ConfigureAwait(false);
            _gate.Removed(id);
        }
        catch
        {
            // It is still there. This process knows better than to send it again; another one cannot.
            _gate.NotRemoved(claim.Batch);
            throw;
        }
    }

    // What the server took or refused is to be noted whatever is cancelled meanwhile: hence a time limit and no other token.
    private async Task LimitedAsync(Func<CancellationToken, Task> call)
    {
        using var patience = new CancellationTokenSource(OutboxGate.CallTimeout, _clock);
        await call(patience.Token).WaitAndObserveAsync(patience.Token).ConfigureAwait(false);
    }

    private OutboxDrainEnd ServerFault() =>
        _sender.State.State == InsightState.Refused ? OutboxDrainEnd.ServerRefused : OutboxDrainEnd.ServerUnavailable;

    [LoggerMessage(EventId = 65, Level = LogLevel.Information, Message = "{Events} insights were delivered from the outbox")]
    private partial void LogDrained(int events);

    private sealed class Pass
    {
        public int Delivered;
        public int Rejected;
        public volatile bool Split;
    }
}
