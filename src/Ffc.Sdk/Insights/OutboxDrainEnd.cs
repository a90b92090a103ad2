namespace Ffc.Sdk;

/// <summary>Why the draining of an outbox ended.</summary>
public enum OutboxDrainEnd
{
    /// <summary>Nothing is left to send, but for what another instance is sending just now.</summary>
    Empty,

    /// <summary>The server cannot be reached, or fails.</summary>
    ServerUnavailable,

    /// <summary>The server refuses the environment's secret.</summary>
    ServerRefused,

    /// <summary>The outbox cannot be reached.</summary>
    OutboxUnreachable,

    /// <summary>There is no outbox, or the client is closed.</summary>
    Off,
}
