namespace Ffc.Sdk.Insights;

/// <summary>Sees a batch from memory through to where it ends: at the server, in the outbox, among the rejected ones.</summary>
internal sealed class InsightDelivery(InsightSender sender, OutboxGate outbox, TimeProvider clock)
{
    /// <summary>Sends a batch; what the server does not take is kept.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="sending">Ends the attempts to send it. It is kept then.</param>
    /// <param name="keeping">Ends the attempts to keep it.</param>
    public async Task<FlushResult> DeliverAsync(InsightBatch batch, CancellationToken sending, CancellationToken keeping)
    {
        var result = await sender.SendAsync(batch, sending).ConfigureAwait(false);
        switch (result.Outcome)
        {
            case SendOutcome.Delivered:
                outbox.Delivered(batch);
                return new FlushResult(Delivered: batch.Count);
            case SendOutcome.TooLarge when batch.Count > 1:
                outbox.Delivered(batch);
                var (first, second) = batch.Split();
                return FlushResult.Sum(
                    await DeliverAsync(first, sending, keeping).ConfigureAwait(false),
                    await DeliverAsync(second, sending, keeping).ConfigureAwait(false));
            case SendOutcome.TooLarge or SendOutcome.Refused:
                return await outbox.KeepRejectedAsync(batch, result.Rejection(clock), keeping).ConfigureAwait(false);
            default:
                return await outbox.KeepAsync(batch, keeping).ConfigureAwait(false);
        }
    }
}
