namespace Ffc.Sdk;

/// <summary>The state of the delivery of insights.</summary>
public enum InsightState
{
    /// <summary>The server accepts insights, or no request was made yet.</summary>
    Ok,

    /// <summary>The server is unreachable or fails. Insights are stored in the outbox; requests are retried.</summary>
    Interrupted,

    /// <summary>
    /// The server refuses the environment secret (401 or 403). Insights are stored in the outbox until the secret is corrected.
    /// </summary>
    Refused,

    /// <summary>Nothing is sent: offline mode, or the client is closed.</summary>
    Off,
}
