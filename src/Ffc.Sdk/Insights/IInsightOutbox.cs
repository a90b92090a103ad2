namespace Ffc.Sdk;

/// <summary>
/// Keeps batches of insights that cannot be delivered now, where any instance finds them again. Replace it to keep them elsewhere
/// than in a folder. Must be thread-safe. Every call is given up after five seconds, a step of <see cref="ClaimAsync"/> after thirty;
/// whatever is thrown is taken as "cannot be reached".
/// </summary>
public interface IInsightOutbox
{
    /// <summary>Stores a batch. Putting one of the same <see cref="InsightBatch.Id"/> again changes nothing.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="cancellationToken">Gives up: the time is over.</param>
    Task PutAsync(InsightBatch batch, CancellationToken cancellationToken = default);

    /// <summary>Stores a batch that the server refused for good, apart from those to be sent, for somebody to look at.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="rejection">Why.</param>
    /// <param name="cancellationToken">Gives up: the time is over.</param>
    Task PutRejectedAsync(InsightBatch batch, InsightRejection rejection, CancellationToken cancellationToken = default);

    /// <summary>
    /// Takes the batches of an environment, the oldest first, each for this caller alone until its claim is disposed of. Batches
    /// that somebody else has taken are passed over; what cannot be read is set aside.
    /// </summary>
    /// <param name="environment">Whose batches: see <see cref="InsightBatch.Environment"/>.</param>
    /// <param name="cancellationToken">Takes no more.</param>
    IAsyncEnumerable<IInsightClaim> ClaimAsync(string environment, CancellationToken cancellationToken = default);

    /// <summary>How many batches of an environment wait to be sent, those that somebody has taken included; 0 when there are none.</summary>
    /// <param name="environment">Whose batches: see <see cref="InsightBatch.Environment"/>.</param>
    /// <param name="cancellationToken">Gives up: the time is over.</param>
    Task<int> CountAsync(string environment, CancellationToken cancellationToken = default);
}
