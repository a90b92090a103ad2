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

/// <summary>How the delivery of insights is doing, and what became of all events so far.</summary>
/// <param name="State">How it is doing.</param>
/// <param name="Problem">What is wrong, in words that hold no secret and nothing of an event; null when nothing is.</param>
/// <param name="Waiting">How many events wait in memory; those are not counted that are on their way just now.</param>
/// <param name="Queued">How many events were taken in.</param>
/// <param name="Delivered">How many events the server has taken, from memory or from the outbox.</param>
/// <param name="ToOutbox">How many events went to the outbox.</param>
/// <param name="Rejected">How many events the server refused for good.</param>
/// <param name="Lost">How many events are lost.</param>
/// <param name="PossibleDuplicates">
/// How many events were in requests whose fate is unknown (broken off or timed out after they were sent). They are sent again, so
/// the server may have them twice.
/// </param>
public sealed record InsightStatus(
    InsightState State,
    string? Problem,
    int Waiting,
    long Queued,
    long Delivered,
    long ToOutbox,
    long Rejected,
    long Lost,
    long PossibleDuplicates);

/// <summary>How the outbox is doing.</summary>
/// <param name="Batches">How many batches wait in it for this environment, whichever instance put them there; null when that cannot be told.</param>
/// <param name="Problem">Why not: what is wrong with the outbox, or that there is none. Null when nothing is wrong.</param>
public sealed record OutboxStatus(int? Batches, string? Problem);

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

/// <summary>What came of draining the outbox.</summary>
/// <param name="End">Why it ended.</param>
/// <param name="Delivered">How many events the server took.</param>
/// <param name="Rejected">How many events the server refused for good.</param>
public sealed record OutboxDrainResult(OutboxDrainEnd End, int Delivered = 0, int Rejected = 0);
