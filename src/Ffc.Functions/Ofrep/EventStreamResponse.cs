using System.Globalization;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Ffc.Functions.Api;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

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
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        httpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();

        // A client that does not resume may have missed a change since its last evaluation.
        var seen = httpContext.Request.Headers["Last-Event-ID"].ToString();
        var changed = streams.Changed;
        var isChanged = seen != IdOf(streams.DataVersion);
        while (true)
        {
            if (isChanged)
                await WriteEventAsync(response, streams.DataVersion, cancellationToken);
            else
                await response.WriteAsync(":\n\n", cancellationToken);
            await response.Body.FlushAsync(cancellationToken);

            isChanged = await streams.WaitForChangeAsync(changed, cancellationToken);
            changed = streams.Changed;
        }
    }

    private static Task WriteEventAsync(HttpResponse response, long dataVersion, CancellationToken cancellationToken)
    {
        // The version is a timestamp in milliseconds.
        var data = new EventStreamData("refetchEvaluation", IdOf(dataVersion), dataVersion / 1000);
        var item = new SseItem<string>(JsonSerializer.Serialize(data, ApiJson.Default.EventStreamData))
        {
            EventId = IdOf(dataVersion),
        };
        return SseFormatter.WriteAsync(new[] { item }.ToAsyncEnumerable(), response.Body, cancellationToken);
    }

    private static string IdOf(long dataVersion) => dataVersion.ToString(CultureInfo.InvariantCulture);
}

/// <summary>The data of an event.</summary>
/// <param name="Type">The type of the event, which OFREP defines.</param>
/// <param name="Etag">The version of the flags, which the client sends back as <c>flagConfigEtag</c>.</param>
/// <param name="LastModified">The time of the version, in Unix seconds.</param>
internal sealed record EventStreamData(string Type, string Etag, long LastModified);
