using Ffc.Sdk;

namespace Ffc.Functions.Api;

/// <summary>How the delivery of insights is doing on this instance, and what is in the outbox of all.</summary>
/// <param name="State"><c>OK</c>, <c>Interrupted</c>, <c>Refused</c> or <c>Off</c>.</param>
/// <param name="Problem">What is wrong with the server; null when nothing is.</param>
/// <param name="Waiting">Events in memory.</param>
/// <param name="Queued">Events taken in since the start.</param>
/// <param name="Delivered">Events that the server took, from memory or from the outbox.</param>
/// <param name="ToOutbox">Events that went to the outbox.</param>
/// <param name="Rejected">Events that the server refused for good.</param>
/// <param name="Lost">Events that are lost.</param>
/// <param name="PossibleDuplicates">Events that the server may have twice.</param>
/// <param name="Outbox">The outbox.</param>
internal sealed record InsightsBody(
    string State,
    string? Problem,
    int Waiting,
    long Queued,
    long Delivered,
    long ToOutbox,
    long Rejected,
    long Lost,
    long PossibleDuplicates,
    OutboxBody Outbox)
{
    public static InsightsBody Of(InsightStatus status, OutboxStatus outbox) => new(
        status.State == InsightState.Ok ? "OK" : status.State.ToString(),
        status.Problem,
        status.Waiting,
        status.Queued,
        status.Delivered,
        status.ToOutbox,
        status.Rejected,
        status.Lost,
        status.PossibleDuplicates,
        new OutboxBody(outbox.Batches, outbox.Problem));
}

/// <summary>The outbox of insights.</summary>
/// <param name="Batches">How many batches wait in it, whichever instance put them there; null when that cannot be told.</param>
/// <param name="Problem">Why not; null when nothing is wrong.</param>
internal sealed record OutboxBody(int? Batches, string? Problem);
