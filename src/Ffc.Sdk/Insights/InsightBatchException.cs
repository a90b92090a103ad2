namespace Ffc.Sdk;

/// <summary>
/// Some batches in an outbox cannot be claimed, although the outbox is available. <see cref="IInsightOutbox.ClaimAsync"/> throws
/// it after it has returned the other batches.
/// </summary>
public sealed class InsightBatchException : IOException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">Names a batch and describes the problem in one line, without secrets and without event data.</param>
    /// <param name="innerException">The exception for this batch; null if there is none.</param>
    public InsightBatchException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
