namespace Ffc.Sdk;

/// <summary>The delivery of insights (evaluations and metrics) to the server, for operators.</summary>
public interface IInsightDelivery
{
    /// <summary>The state of the delivery, with counts of all events since the client was created.</summary>
    InsightStatus Status { get; }

    /// <summary>Sends the insights in the outbox, from any instance, oldest first.</summary>
    /// <param name="cancellationToken">Ends the wait, not the sending.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    Task<OutboxDrainResult> DrainOutboxAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Counts the batches in the outbox. Returns within five seconds, even if the outbox does not respond. The number may be a
    /// second old.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    Task<OutboxStatus> GetOutboxStatusAsync(CancellationToken cancellationToken = default);
}
