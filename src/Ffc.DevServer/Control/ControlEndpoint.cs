using System.Globalization;
using System.Text.Json;
using Ffc.DevServer.Insights;
using Ffc.DevServer.Streaming;

namespace Ffc.DevServer.Control;

/// <summary>The routes under /control, by which tests in another process make the server misbehave.</summary>
internal sealed class ControlEndpoint(StreamingEndpoint streaming, InsightsEndpoint insights)
{
    /// <summary>What "mode" may be, in the words of the answer and of the home page.</summary>
    public const string TrackModes = "\"mode\": \"ok\" | \"status\" | \"hang\" | \"abort\"";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/control/track", SetTrackAsync);
        routes.MapPost("/control/streaming", SetStreamingAsync);
        routes.MapPost("/control/push", PushAsync);
        routes.MapPost("/control/drop", Drop);
        routes.MapGet("/control/last-push", LastPushAsync);
    }

    private static async Task<T?> ReadAsync<T>(HttpContext context)
        where T : class
    {
        try
        {
            var body = context.Request.Body;
            return (T?)await JsonSerializer.DeserializeAsync(body, typeof(T), ControlJson.Default, context.RequestAborted);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static Task Refuse(HttpContext context, string what) =>
        context.Response.AnswerAsync(StatusCodes.Status400BadRequest, "the body must be " + what);

    private static Func<HttpContext, Task<bool>> FailWith(int status, int? retryAfter) => async context =>
    {
        if (retryAfter is { } seconds)
            context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        await context.Response.AnswerAsync(status, "failed on request");
        return true;
    };

    private static async Task<bool> HangAsync(HttpContext context)
    {
        var stopping = context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        await Task.Delay(Timeout.Infinite, end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return Abort(context);
    }

    private static bool Abort(HttpContext context)
    {
        context.Abort();
        return true;
    }

    private async Task SetTrackAsync(HttpContext context)
    {
        var wanted = await ReadAsync<TrackControl>(context);
        switch (wanted)
        {
            case { Mode: "ok" }:
                insights.TrackBehaviour = null;
                break;
            case { Mode: "status", Status: >= 200 and <= 599 }:
                insights.TrackBehaviour = FailWith(wanted.Status, wanted.RetryAfter);
                break;
            case { Mode: "hang" }:
                insights.TrackBehaviour = HangAsync;
                break;
            case { Mode: "abort" }:
                insights.TrackBehaviour = request => Task.FromResult(Abort(request));
                break;
            default:
                await Refuse(context, $$"""{ {{TrackModes}}, "status": 200 to 599, "retryAfter": seconds }""");
                break;
        }
    }

    private async Task SetStreamingAsync(HttpContext context)
    {
        if (await ReadAsync<StreamingControl>(context) is { DelayMs: >= 0 } wanted)
            streaming.Faults = new StreamingFaults(TimeSpan.FromMilliseconds(wanted.DelayMs), wanted.Refuse);
        else
            await Refuse(context, """{ "delayMs": 0 or more, "refuse": true | false }""");
    }

    private async Task PushAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        streaming.Push(body.ToArray());
    }

    private Task Drop(HttpContext context)
    {
        streaming.Drop();
        return Task.CompletedTask;
    }

    private Task LastPushAsync(HttpContext context)
    {
        if (streaming.LastPush is not { } pushed)
            return context.Response.AnswerAsync(StatusCodes.Status404NotFound, "nothing was pushed yet");

        var milliseconds = (pushed - DateTimeOffset.UnixEpoch).TotalMilliseconds;
        return context.Response.AnswerAsync(StatusCodes.Status200OK, milliseconds.ToString("F3", CultureInfo.InvariantCulture));
    }
}
