namespace Ffc.Sdk;

/// <summary>The state of the delivery of insights.</summary>
public enum InsightState
{
    /// <summary>The server accepts insights, or no request was made yet.</summary>
    Ok,

    /// <summary>
    /// The server is unreachable or fails. Insights are stored in the outbox, or wait in memory; requests are retried.
    /// </summary>
    Interrupted,

    /// <summary>
    /// The server refuses the environment secret (401 or 403). Until it is corrected, insights are stored in the outbox, or wait
    /// in memory.
    /// </summary>
    Refused,

    /// <summary>Nothing is sent: offline mode, or the client is closed.</summary>
    Off,
}
