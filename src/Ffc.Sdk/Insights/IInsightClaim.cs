namespace Ffc.Sdk;

/// <summary>A batch of an outbox, taken for one caller. Disposing of it gives back a batch that is still there.</summary>
public interface IInsightClaim : IAsyncDisposable
{
    /// <summary>The batch.</summary>
    InsightBatch Batch { get; }

    /// <summary>Removes the batch: it has been delivered.</summary>
    Task CompleteAsync(CancellationToken cancellationToken = default);

    /// <summary>Moves the batch to the rejected ones.</summary>
    Task RejectAsync(InsightRejection rejection, CancellationToken cancellationToken = default);

    /// <summary>Puts two batches in the place of this one: it is too large for the server.</summary>
    Task SplitAsync(InsightBatch first, InsightBatch second, CancellationToken cancellationToken = default);
}
