namespace Ffc.Sdk;

/// <summary>How the delivery of insights is doing.</summary>
public enum InsightState
{
    /// <summary>Nothing is wrong, as far as known.</summary>
    OK,

    /// <summary>The server cannot be reached, or fails. Insights go to the outbox; it is tried again.</summary>
    Interrupted,

    /// <summary>The server refuses the environment's secret (401 or 403). Insights go to the outbox until that is mended.</summary>
    Refused,

    /// <summary>Nothing is sent: offline mode, or the client is closed.</summary>
    Off,
}
