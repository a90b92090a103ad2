namespace Ffc.Sdk;

/// <summary>
/// An exclusive claim on a batch in an outbox, such as a lease. Disposing of it ends the claim; a batch that was not
/// completed stays in the outbox.
/// </summary>
public interface IInsightClaim : IAsyncDisposable
{
    /// <summary>The claimed batch.</summary>
    InsightBatch Batch { get; }

    /// <summary>Removes the batch from the outbox. Fails if the claim has expired.</summary>
    Task CompleteAsync(CancellationToken cancellationToken = default);
}
