using System.Net;
using System.Net.Http.Headers;

namespace Ffc.Sdk.Insights;

/// <summary>
/// Counts the requests that the server may have received although no answer arrived: their batches are sent again.
/// </summary>
internal sealed class UncertainDeliveryHandler(InsightCounters counters) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var content = (BatchContent)request.Content!;
        content.HasStarted = false;
        try
        {
            var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);

            // A gateway answers this way when it does not know what became of the request.
            if (response.StatusCode is HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout)
                counters.PossiblyDuplicated(content.Events);
            return response;
        }
        catch when (content.HasStarted)
        {
            counters.PossiblyDuplicated(content.Events);
            throw;
        }
    }
}

/// <summary>A batch as the content of a request. Records whether its transmission has started.</summary>
internal sealed class BatchContent : HttpContent
{
    private readonly InsightBatch _batch;

    public BatchContent(InsightBatch batch)
    {
        _batch = batch;
        Headers.ContentType = new MediaTypeHeaderValue("application/json");
    }

    public int Events => _batch.Count;

    public bool HasStarted { get; set; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        HasStarted = true;
        return stream.WriteAsync(_batch.Events, cancellationToken).AsTask();
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _batch.Events.Length;
        return true;
    }
}
