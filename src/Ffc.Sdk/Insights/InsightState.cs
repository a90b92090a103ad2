namespace Ffc.Sdk;

/// <summary>The state of the delivery of insights.</summary>
public enum InsightState
{
    /// <summary>The server accepts insights, or no request was made yet.</summary>
    Ok,

    /// <summary>The server is unreachable or fails. Insights go to the outbox; requests are retried.</summary>
    Interrupted,

    /// <summary>
    /// The server refuses the environment secret (401 or 403). Insights go to the outbox until it is corrected.
    /// </summary>
    Refused,

    /// <summary>Nothing is sent: offline mode, or the client is closed.</summary>
    Off,
}
