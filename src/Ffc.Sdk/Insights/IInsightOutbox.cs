namespace Ffc.Sdk;

/// <summary>
/// Stores batches of insights that cannot be delivered now. All instances share the outbox. Implement it to store batches in
/// another place than a folder. Implementations must be thread-safe. The client abandons a call after five seconds, and a step
/// of <see cref="ClaimAsync"/> after thirty; it treats every exception as an unavailable outbox.
/// </summary>
public interface IInsightOutbox
{
    /// <summary>
    /// Stores a batch. Storing a batch with the same <see cref="InsightBatch.Id"/> again replaces it. An exception that is a <see
    /// cref="TimeoutException"/> or an <see cref="OperationCanceledException"/>, or that contains one, means that the batch may
    /// be stored nevertheless.
    /// </summary>
    Task PutAsync(InsightBatch batch, CancellationToken cancellationToken = default);

    /// <summary>Stores a batch that the server rejected permanently, separate from the batches to send, for inspection.</summary>
    Task PutRejectedAsync(InsightBatch batch, InsightRejection rejection, CancellationToken cancellationToken = default);

    /// <summary>
    /// Claims the batches of an environment one by one, oldest first. The caller has exclusive access to a batch until its claim
    /// is disposed of. Skips batches that other callers have claimed, and moves unreadable batches to the rejected batches. If
    /// some batches cannot be claimed for another reason, it returns the others, and then throws an <see
    /// cref="InsightBatchException"/> that names one of them.
    /// </summary>
    /// <param name="environment">The <see cref="InsightBatch.Environment"/> of the batches.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    IAsyncEnumerable<IInsightClaim> ClaimAsync(string environment, CancellationToken cancellationToken = default);

    /// <summary>Counts the batches of an environment that wait to be sent, including claimed ones.</summary>
    /// <param name="environment">The <see cref="InsightBatch.Environment"/> of the batches.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    Task<int> CountAsync(string environment, CancellationToken cancellationToken = default);
}
