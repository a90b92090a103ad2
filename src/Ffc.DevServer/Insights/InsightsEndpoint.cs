using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;

namespace Ffc.DevServer.Insights;

/// <summary>Takes what clients report, and shows it.</summary>
internal sealed partial class InsightsEndpoint(
    EnvSecretCheck secret, InsightsLog log, TimeProvider time, ILogger<InsightsEndpoint> logger)
{
    private const int MaxEvents = 50;
    private const int MaxBody = 1024 * 1024;

    /// <summary>Answers a report in place of the endpoint. True when it has; false leaves it to the endpoint.</summary>
    public Func<HttpContext, Task<bool>>? TrackBehaviour { get; set; }

    /// <summary>POST /api/public/track.</summary>
    public async Task TrackAsync(HttpContext context)
    {
        if (!secret.HeaderHolds(context.Request))
        {
            await context.Response.AnswerAsync(StatusCodes.Status401Unauthorized, "unknown secret");
            return;
        }

        if (TrackBehaviour is { } behaviour && await behaviour(context))
            return;

        var (status, text) = await TakeAsync(context);
        await context.Response.AnswerAsync(status, text);
    }

    /// <summary>GET /insights.</summary>
    public async Task ListAsync(HttpContext context)
    {
        var limit = int.MaxValue;
        if (context.Request.Query.TryGetValue("limit", out var text)
            && !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit))
        {
            await context.Response.AnswerAsync(StatusCodes.Status400BadRequest, "limit must be a number of events, 0 or more");
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
        log.Clear();
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private async Task<(int Status, string Text)> TakeAsync(HttpContext context)
    {
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = MaxBody;
        try
        {
            using var document = await JsonDocument.ParseAsync(context.Request.Body, default, context.RequestAborted);
            var batch = document.RootElement;
            if (batch.ValueKind != JsonValueKind.Array
                || batch.EnumerateArray().Any(item => item.ValueKind != JsonValueKind.Object))
                return (StatusCodes.Status400BadRequest, "the body must be an array of events");
            if (!IsText(batch))
                return (StatusCodes.Status400BadRequest, "the body must be UTF-8 and hold no half characters");
            if (batch.GetArrayLength() > MaxEvents)
                return (StatusCodes.Status400BadRequest, $"a request has at most {MaxEvents} events");

            log.Add(time.GetUtcNow(), [.. batch.EnumerateArray().Select(item => item.Clone())]);
            LogTaken(batch.GetArrayLength());
            return (StatusCodes.Status200OK, "ok");
        }
        catch (JsonException)
        {
            return (StatusCodes.Status400BadRequest, "the body must be JSON");
        }
        catch (BadHttpRequestException e)
        {
            return (e.StatusCode, "the body could not be taken");
        }
    }

    /// <summary>Whether what is kept can be shown: neither bytes that are not UTF-8 nor an escaped half of a surrogate pair.</summary>
    private static bool IsText(JsonElement batch)
    {
        try
        {
            // The one finds the former, the other the latter; parsing looks for neither.
            batch.GetRawText();
            using var writer = new Utf8JsonWriter(Stream.Null);
            batch.WriteTo(writer);
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    [LoggerMessage(LogLevel.Debug, "took {Count} events")]
    private partial void LogTaken(int count);
}
