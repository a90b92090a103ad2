namespace Ffc.Sdk;

/// <summary>The state of the outbox.</summary>
public sealed record OutboxStatus
{
    /// <summary>
    /// The number of batches of this environment in the outbox, from all instances; null if the number is unknown.
    /// </summary>
    public int? Batches { get; init; }

    /// <summary>The reason why the number is unknown; null if it is known.</summary>
    public string? Problem { get; init; }
}
