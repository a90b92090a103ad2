using System.Globalization;
using System.Text.Json;
using Ffc.DevServer.Hosting;
using Ffc.DevServer.Json;
using Ffc.DevServer.Servers;
using Microsoft.AspNetCore.Http.Features;

namespace Ffc.DevServer.Insights;

/// <summary>Receives insights from clients and lists them.</summary>
internal sealed partial class InsightsEndpoint(
    EnvSecretCheck secret,
    DevProtocol protocol,
    InsightsLog log,
    EvaluationCounts counts,
    InsightsForwarder? forwarder,
    TimeProvider timeProvider,
    ILogger<InsightsEndpoint> logger)
{
    private const int MaxBodySize = 1024 * 1024;

    /// <summary>Handles an insights request before the endpoint does. Returns true if it has sent the response.</summary>
    public Func<HttpContext, Task<bool>>? TrackOverride { get; set; }

    /// <summary>Receives the insights of a POST request.</summary>
    public async Task TrackAsync(HttpContext context)
    {
        if (!secret.MatchesHeader(context.Request))
        {
            await context.Response.WriteTextAsync(StatusCodes.Status401Unauthorized, "unknown secret");
            return;
        }

        if (TrackOverride is { } trackOverride && await trackOverride(context))
            return;

        var (status, text) = await ReceiveAsync(context);
        await context.Response.WriteTextAsync(status, text);
    }

    /// <summary>GET /insights.</summary>
    public async Task ListAsync(HttpContext context)
    {
        var limit = int.MaxValue;
        if (context.Request.Query.TryGetValue("limit", out var text)
            && !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit))
        {
            await context.Response.WriteTextAsync(StatusCodes.Status400BadRequest, "limit must be a number of events, 0 or more");
            return;
        }

        var view = log.Read(limit);
        context.Response.ContentType = "application/json";
        await using var writer = new Utf8JsonWriter(context.Response.BodyWriter);
        writer.WriteStartObject();
        writer.WriteNumber("received", view.Received);
        writer.WriteNumber("batches", view.Batches);
        writer.WriteNumber("dropped", view.Dropped);
        writer.WriteStartArray("events");
        foreach (var item in view.Events)
            item.Content.WriteTo(writer);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>DELETE /insights.</summary>
    public Task ClearAsync(HttpContext context)
    {
        Clear();
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    /// <summary>Deletes the insights.</summary>
    public void Clear()
    {
        counts.Clear();
        log.Clear();
    }

    private async Task<(int Status, string Text)> ReceiveAsync(HttpContext context)
    {
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = MaxBodySize;
        try
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            using var document = StrictJson.Parse(body.GetBuffer().AsMemory(0, (int)body.Length));
            var batch = document.RootElement;
            if (batch.ValueKind != JsonValueKind.Array
                || batch.EnumerateArray().Any(item => item.ValueKind != JsonValueKind.Object))
                return (StatusCodes.Status400BadRequest, "the body must be an array of events");
            if (batch.GetArrayLength() > protocol.MaxEvents)
                return (StatusCodes.Status400BadRequest, $"a request must not have more than {protocol.MaxEvents} events");
            if (batch.EnumerateArray().Select(protocol.FindFault).FirstOrDefault(fault => fault is not null) is { } fault)
                return (StatusCodes.Status400BadRequest, $"the body is not valid: {fault}");

            JsonElement[] events = [.. batch.EnumerateArray().Select(item => item.Clone())];
            if (forwarder is not null
                && await forwarder.SendAsync(events, context.RequestAborted) is var status and (< 200 or > 299))
            {
                // The client sends them again, so they are not kept yet.
                return (status, "the server of the mirrored environment did not accept the events");
            }

            counts.Add(events.SelectMany(protocol.ReadEvaluations));
            log.Add(timeProvider.GetUtcNow(), events);
            LogReceived(new Counted(events.Length, "event"));
            return (StatusCodes.Status200OK, "ok");
        }
        catch (FormatException exception)
        {
            return (StatusCodes.Status400BadRequest, $"the body is not valid: {exception.Message}");
        }
        catch (BadHttpRequestException exception)
        {
            return (exception.StatusCode, "the body could not be read");
        }
    }

    [LoggerMessage(EventId = 188, Level = LogLevel.Debug, Message = "Received {Events}")]
    private partial void LogReceived(Counted events);
}
