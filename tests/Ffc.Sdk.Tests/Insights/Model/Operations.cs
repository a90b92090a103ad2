namespace Ffc.Sdk.Tests.Insights.Model;

/// <summary>A random sequence of operations, with the settings of all instances.</summary>
/// <param name="Seed">The seed of the jitter.</param>
/// <param name="Capacity">The capacity of an instance in events.</param>
/// <param name="BatchSize">The events in a request.</param>
/// <param name="MaxRetries">The retries of a request.</param>
/// <param name="Operations">The operations.</param>
internal sealed record Scenario(int Seed, int Capacity, int BatchSize, int MaxRetries, IReadOnlyList<Operation> Operations)
{
    public override string ToString() => string.Join(
        Environment.NewLine,
        [$"seed {Seed}, capacity {Capacity}, batch size {BatchSize}, retries {MaxRetries}", .. Operations]);
}

/// <summary>A step of a scenario. An instance number is taken modulo the number of the running instances.</summary>
internal abstract record Operation;

/// <summary>Evaluates flags once a second.</summary>
internal sealed record Evaluate(int Instance, int Events, int Seconds) : Operation;

internal sealed record Track(int Instance) : Operation;

internal sealed record Flush(int Instance) : Operation;

internal sealed record Drain(int Instance) : Operation;

/// <summary>Reads the status once a second.</summary>
internal sealed record ReadStatus(int Instance, int Times) : Operation;

internal sealed record Stop(int Instance) : Operation;

internal sealed record Kill(int Instance) : Operation;

internal sealed record Start : Operation;

internal sealed record SetClock(int Instance, int Minutes) : Operation;

internal sealed record Wait(int Milliseconds) : Operation;

/// <summary>Changes how the server answers. Each fault applies to every n-th request, for a number of requests.</summary>
internal sealed record SetServer(ServerFault Fault, int Latency, int Every, int Requests) : Operation;

/// <summary>Changes how the outbox answers calls of one kind.</summary>
internal sealed record SetOutbox(OutboxCall Call, CallFault Fault, int Latency, int Every, int Calls) : Operation;

/// <summary>Changes the latency of the server and of the outbox, without faults.</summary>
internal sealed record SetLatency(int Server, int Outbox) : Operation;

internal sealed record HealServer : Operation;

internal sealed record HealOutbox : Operation;

/// <summary>A batch in the outbox can be neither removed nor rejected until the end of the scenario.</summary>
internal sealed record DamageBatch(int Batch) : Operation;

/// <summary>All leases in the outbox run out.</summary>
internal sealed record ExpireLeases : Operation;

internal enum ServerFault
{
    None,

    /// <summary>The connection is refused.</summary>
    Refused,

    /// <summary>The connection is never established.</summary>
    ConnectHangs,

    /// <summary>The request is received, and never answered.</summary>
    Hangs,

    /// <summary>The connection breaks after the request.</summary>
    Aborts,

    /// <summary>The events are kept, and the request is never answered.</summary>
    KeepsAndHangs,

    /// <summary>The events are kept, and the connection breaks.</summary>
    KeepsAndAborts,

    /// <summary>The events are kept, and a gateway returns 502.</summary>
    KeepsAndReturns502,

    /// <summary>The events are kept, and the response is sent, after up to 20 s.</summary>
    Late,
    Returns400,
    Returns401,

    /// <summary>A request with more than one event is too large.</summary>
    Returns413,

    /// <summary>Every request is too large.</summary>
    Returns413Always,

    /// <summary>The Retry-After is one second.</summary>
    Returns429,
    Returns503,
}

internal enum OutboxCall
{
    Put,
    Reject,
    Claim,
    Complete,
    Release,
    Count,
}

internal enum CallFault
{
    None,

    /// <summary>The call fails and has no effect.</summary>
    Throws,

    /// <summary>The call never returns and has no effect.</summary>
    Hangs,

    /// <summary>The call has its effect, and fails.</summary>
    LandsAndThrows,

    /// <summary>The call has its effect, and never returns.</summary>
    LandsAndHangs,

    /// <summary>The call has its effect and returns after up to 20 s, even if it is cancelled.</summary>
    Late,
}
