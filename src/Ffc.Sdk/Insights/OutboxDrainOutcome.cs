namespace Ffc.Sdk;

/// <summary>The reason why the draining of an outbox ended.</summary>
public enum OutboxDrainOutcome
{
    /// <summary>No batch is left, except batches that other instances are sending.</summary>
    Empty,

    /// <summary>The server is unreachable or fails.</summary>
    ServerUnavailable,

    /// <summary>The server refuses the environment secret.</summary>
    ServerRefused,

    /// <summary>
    /// The outbox is not available, or some of its batches cannot be claimed, removed or set aside. <see
    /// cref="OutboxStatus.Problem"/> has the reason. The other batches were sent.
    /// </summary>
    OutboxUnreachable,

    /// <summary>No outbox is configured, or the client is closed.</summary>
    Off,
}
