using Ffc.Functions.Api;
using Microsoft.AspNetCore.Http;

namespace Ffc.Functions.Ofrep;

/// <summary>An open event stream. It ends when the caller disconnects or when the host stops.</summary>
internal sealed class EventStreamResponse(EventStreams streams) : IResult
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(30);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        if (!streams.TryOpen())
        {
            await ApiProblem.Unavailable($"This instance has {EventStreams.MaxOpen} open event streams.", RetryDelay)
                .ExecuteAsync(httpContext);
            return;
        }

        using var endCts = CancellationTokenSource.CreateLinkedTokenSource(httpContext.RequestAborted, streams.Stopping);
        try
        {
            await WriteAsync(httpContext, endCts.Token);
        }
        catch (OperationCanceledException) when (endCts.IsCancellationRequested)
        {
            // The response is complete.
        }
        finally
        {
            streams.Close();
        }
    }

    private async Task WriteAsync(HttpContext httpContext, CancellationToken cancellationToken)
    {
        var response = httpContext.Response;
        RefetchEvent.Start(response);

        // A client that does not resume may have missed a change since its last evaluation.
        var seen = httpContext.Request.Headers["Last-Event-ID"].ToString();
        var changed = streams.Changed;
        var isChanged = seen != RefetchEvent.IdOf(streams.DataVersion);
        while (true)
        {
            if (isChanged)
                await RefetchEvent.WriteAsync(response, streams.DataVersion, reconnectionInterval: null, cancellationToken);
            else
                await response.WriteAsync(":\n\n", cancellationToken);
            await response.Body.FlushAsync(cancellationToken);

            isChanged = await streams.WaitForChangeAsync(changed, cancellationToken);
            changed = streams.Changed;
        }
    }
}
