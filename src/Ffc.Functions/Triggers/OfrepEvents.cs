using Ffc.Functions.Api;
using Ffc.Functions.Ofrep;
using Microsoft.AspNetCore.Http;

namespace Ffc.Functions.Triggers;

/// <summary>Tells OFREP clients of changed flags.</summary>
public sealed class OfrepEvents(EventStreams streams)
{
    /// <summary>
    /// Handles <c>GET ofrep/v1/events?ticket=…</c>. The ticket is part of the URL that a bulk evaluation returns; no key is
    /// needed.
    /// </summary>
    /// <returns>
    /// A stream of server-sent events: one <c>refetchEvaluation</c> at the start, unless <c>Last-Event-ID</c> is current, and one
    /// after each change. If the ticket has expired, the stream ends after one event, so that the client repeats the bulk
    /// evaluation, which returns a new URL. 401 if the ticket is invalid, 404 if event streams are disabled, 503 if the instance
    /// has too many open streams.
    /// </returns>
    [Function("OfrepEvents")]
    public IResult Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = EventStreams.Path)] HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!streams.IsEnabled)
            return ApiProblem.NotFound("Event streams are disabled. To enable them, set Ffc:Ofrep:EventStreams to true.");
        return streams.Check(request.Query[EventStreams.TicketName]) switch
        {
            TicketState.Valid => new EventStreamResponse(streams),
            TicketState.Expired => new ExpiredStreamResponse(streams),
            _ => ApiProblem.Unauthorized("The ticket is missing or invalid. Repeat the bulk evaluation for a new URL."),
        };
    }
}
