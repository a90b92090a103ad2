namespace Ffc.Sdk;

/// <summary>
/// An exclusive claim on a batch in an outbox, such as a lease. Disposing of it ends the claim; a batch that was not
/// completed stays in the outbox.
/// </summary>
public interface IInsightClaim : IAsyncDisposable
{
    /// <summary>The claimed batch.</summary>
    InsightBatch Batch { get; }

    /// <summary>
    /// True if an earlier claim of the batch ended without <see cref="CompleteAsync"/> and without disposal, as when its process
    /// was killed. The server may then already have the events. Default false.
    /// </summary>
    bool MayBeDelivered => false;

    /// <summary>Removes the batch from the outbox. Fails if the claim has expired, or if the batch is no longer there.</summary>
    Task CompleteAsync(CancellationToken cancellationToken = default);
}
