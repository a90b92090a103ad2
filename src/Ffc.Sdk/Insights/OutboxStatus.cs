namespace Ffc.Sdk;

/// <summary>The state of the outbox.</summary>
public sealed record OutboxStatus
{
    /// <summary>
    /// The number of batches of this environment in the outbox, from all instances; null if the number is unknown.
    /// </summary>
    public int? Batches { get; init; }

    /// <summary>
    /// The current problem: the batches cannot be counted, the last batch could not be stored, or the last drain skipped batches.
    /// Null if there is none.
    /// </summary>
    public string? Problem { get; init; }
}
