using System.Globalization;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Ffc.Functions.Api;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Ffc.Functions.Ofrep;

/// <summary>The event <c>refetchEvaluation</c>, which asks a client to repeat its bulk evaluation.</summary>
internal static class RefetchEvent
{
    /// <summary>Sets the headers of a stream of events.</summary>
    public static void Start(HttpResponse response)
    {
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        response.HttpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
    }

    /// <summary>Writes the event.</summary>
    /// <param name="response">The response.</param>
    /// <param name="dataVersion">The version of the flags, a timestamp in milliseconds.</param>
    /// <param name="reconnectionInterval">The wait of the client before it reconnects; null leaves it to the client.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    public static Task WriteAsync(
        HttpResponse response, long dataVersion, TimeSpan? reconnectionInterval, CancellationToken cancellationToken)
    {
        var data = new EventStreamData("refetchEvaluation", IdOf(dataVersion), dataVersion / 1000);
        var item = new SseItem<string>(JsonSerializer.Serialize(data, ApiJson.Readable.EventStreamData))
        {
            EventId = IdOf(dataVersion),
            ReconnectionInterval = reconnectionInterval,
        };
        return SseFormatter.WriteAsync(new[] { item }.ToAsyncEnumerable(), response.Body, cancellationToken);
    }

    public static string IdOf(long dataVersion) => dataVersion.ToString(CultureInfo.InvariantCulture);
}

/// <summary>The data of an event.</summary>
/// <param name="Type">The type of the event, which OFREP defines.</param>
/// <param name="Etag">The version of the flags, which the client sends back as <c>flagConfigEtag</c>.</param>
/// <param name="LastModified">The time of the version, in Unix seconds.</param>
internal sealed record EventStreamData(string Type, string Etag, long LastModified);
