namespace Ffc.Sdk;

/// <summary>The result of draining the outbox.</summary>
public sealed record OutboxDrainResult
{
    /// <summary>The reason why the drain ended.</summary>
    public OutboxDrainOutcome Outcome { get; init; }

    /// <summary>The number of events that the server accepted.</summary>
    public int Delivered { get; init; }

    /// <summary>The number of events that the server rejected permanently.</summary>
    public int Rejected { get; init; }
}
