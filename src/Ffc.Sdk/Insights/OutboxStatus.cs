namespace Ffc.Sdk;

/// <summary>The state of the outbox.</summary>
public sealed record OutboxStatus
{
    /// <summary>The number of batches of this environment in the outbox, from all instances; null if it is unknown.</summary>
    public int? Batches { get; init; }

    /// <summary>
    /// Why the number is unknown: the problem with the outbox, or that none is configured. Null if it is known.
    /// </summary>
    public string? Problem { get; init; }
}
