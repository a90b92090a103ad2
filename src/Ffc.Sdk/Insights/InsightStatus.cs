namespace Ffc.Sdk;

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
