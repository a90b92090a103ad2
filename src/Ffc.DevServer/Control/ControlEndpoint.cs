using System.Globalization;
using System.Text.Json;
using Ffc.DevServer.Hosting;
using Ffc.DevServer.Insights;
using Ffc.DevServer.Streaming;

namespace Ffc.DevServer.Control;

/// <summary>The routes under /control. Tests in other processes use them to simulate faults of the server.</summary>
internal sealed class ControlEndpoint(StreamingEndpoint streaming, InsightsEndpoint insights)
{
    /// <summary>The values of "mode", for the error response and for the home page.</summary>
    public const string TrackModes = "\"mode\": \"ok\" | \"status\" | \"hang\" | \"abort\"";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/control/track", SetTrackAsync);
        routes.MapPost("/control/streaming", SetStreamingAsync);
        routes.MapPost("/control/push", PushAsync);
        routes.MapPost("/control/drop", DropAsync);
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

    private static Task RejectAsync(HttpContext context, string expected) =>
        context.Response.WriteTextAsync(StatusCodes.Status400BadRequest, "the body must be " + expected);

    private static Func<HttpContext, Task<bool>> RespondWith(int status, int? retryAfter) => async context =>
    {
        if (retryAfter is { } seconds)
            context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        await context.Response.WriteTextAsync(status, "failed on request");
        return true;
    };

    private static async Task<bool> HangAsync(HttpContext context)
    {
        var stopping = context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using var endCts = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        await Task.Delay(Timeout.Infinite, endCts.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return Abort(context);
    }

    private static bool Abort(HttpContext context)
    {
        context.Abort();
        return true;
    }

    private async Task SetTrackAsync(HttpContext context)
    {
        var control = await ReadAsync<TrackControl>(context);
        switch (control)
        {
            case { Mode: "ok" }:
                insights.TrackOverride = null;
                break;
            case { Mode: "status", Status: >= 200 and <= 599 }:
                insights.TrackOverride = RespondWith(control.Status, control.RetryAfter);
                break;
            case { Mode: "hang" }:
                insights.TrackOverride = HangAsync;
                break;
            case { Mode: "abort" }:
                insights.TrackOverride = request => Task.FromResult(Abort(request));
                break;
            default:
                await RejectAsync(context, $$"""{ {{TrackModes}}, "status": 200 to 599, "retryAfter": seconds }""");
                break;
        }
    }

    private async Task SetStreamingAsync(HttpContext context)
    {
        if (await ReadAsync<StreamingControl>(context) is { DelayMs: >= 0 } control)
            streaming.Faults = new StreamingFaults(TimeSpan.FromMilliseconds(control.DelayMs), control.Refuse);
        else
            await RejectAsync(context, """{ "delayMs": 0 or more, "refuse": true | false }""");
    }

    private async Task PushAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        streaming.Push(body.ToArray());
    }

    private Task DropAsync(HttpContext context)
    {
        streaming.DropConnections();
        return Task.CompletedTask;
    }

    private Task LastPushAsync(HttpContext context)
    {
        if (streaming.LastPush is not { } pushed)
            return context.Response.WriteTextAsync(StatusCodes.Status404NotFound, "no push yet");

        var milliseconds = (pushed - DateTimeOffset.UnixEpoch).TotalMilliseconds;
        var text = milliseconds.ToString("F3", CultureInfo.InvariantCulture);
        return context.Response.WriteTextAsync(StatusCodes.Status200OK, text);
    }
}
