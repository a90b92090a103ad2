namespace Ffc.Sdk;

/// <summary>The result of a flush: the number of waiting events by destination.</summary>
public sealed record FlushResult
{
    /// <summary>The number of events that the server accepted.</summary>
    public int Delivered { get; init; }

    /// <summary>The number of events that were stored in the outbox, to be sent later.</summary>
    public int ToOutbox { get; init; }

    /// <summary>
    /// The number of events that the server rejected permanently. The outbox keeps them with its rejected batches.
    /// </summary>
    public int Rejected { get; init; }

    /// <summary>
    /// The number of events still in memory: neither the server nor the outbox accepted them. They are retried.
    /// </summary>
    public int InMemory { get; init; }

    /// <summary>The number of events that are lost because memory is full as well.</summary>
    public int Lost { get; init; }

    internal FlushResult Add(FlushResult other) => new()
    {
        Delivered = Delivered + other.Delivered,
        ToOutbox = ToOutbox + other.ToOutbox,
        Rejected = Rejected + other.Rejected,
        InMemory = InMemory + other.InMemory,
        Lost = Lost + other.Lost,
    };
}
