using Microsoft.AspNetCore.Http;

namespace Ffc.Functions.Ofrep;

/// <summary>
/// The response to a client whose ticket has expired: one event, then the end. The client repeats the bulk evaluation, which
/// needs the key and returns the current URL. An error would tell it only to retry with the same URL (OFREP ADR-0008).
/// </summary>
internal sealed class ExpiredStreamResponse(EventStreams streams) : IResult
{
    // How long a client waits before it reconnects to the expired URL. By then, it has closed this stream for the current one.
    private static readonly TimeSpan ReconnectionInterval = TimeSpan.FromSeconds(30);

    public Task ExecuteAsync(HttpContext httpContext)
    {
        RefetchEvent.Start(httpContext.Response);
        return RefetchEvent.WriteAsync(
            httpContext.Response, streams.DataVersion, ReconnectionInterval, httpContext.RequestAborted);
    }
}
