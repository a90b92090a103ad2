namespace Ffc.Sdk;

/// <summary>The state of the delivery of insights, with counts of all events since the client was created.</summary>
/// <remarks>
/// The counts always add up: <see cref="Queued"/> + <see cref="FromOutbox"/> = <see cref="Waiting"/> + <see cref="Sending"/> +
/// <see cref="Delivered"/> + <see cref="ToOutbox"/> + <see cref="Rejected"/> + <see cref="Lost"/>.
/// </remarks>
public sealed record InsightStatus
{
    /// <summary>The state of the delivery.</summary>
    public InsightState State { get; init; }

    /// <summary>The current problem with the server, without secrets and without event data; null if there is none.</summary>
    public string? Problem { get; init; }

    /// <summary>
    /// The current problem with the outbox, as the last batch stored and the last drain found it; null if there is none.
    /// </summary>
    public string? OutboxProblem { get; init; }

    /// <summary>The number of events waiting in memory, without those that are being sent or stored.</summary>
    public int Waiting { get; init; }

    /// <summary>The number of events from memory that are being sent or stored.</summary>
    public int Sending { get; init; }

    /// <summary>The number of events that this client recorded, including those that it lost because memory was full.</summary>
    public long Queued { get; init; }

    /// <summary>
    /// The number of events from the outbox, of any instance, that this client delivered or that the server rejected.
    /// </summary>
    public long FromOutbox { get; init; }

    /// <summary>The number of events that the server accepted, from memory or from the outbox.</summary>
    public long Delivered { get; init; }

    /// <summary>The number of events that were stored in the outbox.</summary>
    public long ToOutbox { get; init; }

    /// <summary>The number of events that the server rejected permanently.</summary>
    public long Rejected { get; init; }

    /// <summary>The number of lost events.</summary>
    public long Lost { get; init; }

    /// <summary>
    /// The number of events that the server may have received twice. The outcome of a request or of a call to the outbox is
    /// unknown, or another instance ended while it sent a batch of the outbox.
    /// </summary>
    public long PossibleDuplicates { get; init; }
}
