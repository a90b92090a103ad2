using Ffc.Sdk;

namespace Ffc.Functions.Api;

/// <summary>The delivery of insights on this instance, and the outbox that all instances share.</summary>
/// <param name="State"><c>OK</c>, <c>Interrupted</c>, <c>Refused</c> or <c>Off</c>.</param>
/// <param name="Problem">Why the server does not accept insights; null if it does.</param>
/// <param name="Waiting">The number of events waiting in memory.</param>
/// <param name="Sending">The number of events from memory that are being sent or stored.</param>
/// <param name="Queued">The number of events recorded since the start.</param>
/// <param name="FromOutbox">The number of events from the outbox that were delivered or rejected.</param>
/// <param name="Delivered">The number of events delivered to the server, from memory or from the outbox.</param>
/// <param name="ToOutbox">The number of events stored in the outbox.</param>
/// <param name="Rejected">The number of events that the server rejected permanently.</param>
/// <param name="Lost">The number of events that are lost.</param>
/// <param name="PossibleDuplicates">The number of events that may have reached the server twice.</param>
/// <param name="Outbox">The state of the outbox.</param>
internal sealed record InsightsBody(
    string State,
    string? Problem,
    int Waiting,
    int Sending,
    long Queued,
    long FromOutbox,
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
        status.Sending,
        status.Queued,
        status.FromOutbox,
        status.Delivered,
        status.ToOutbox,
        status.Rejected,
        status.Lost,
        status.PossibleDuplicates,
        new OutboxBody(outbox.Batches, outbox.Problem));
}

/// <summary>The outbox for insights.</summary>
/// <param name="Batches">The number of batches in it, of all instances; null if the outbox cannot be read.</param>
/// <param name="Problem">Why batches cannot be counted, stored or drained; null if there is no problem.</param>
internal sealed record OutboxBody(int? Batches, string? Problem);
