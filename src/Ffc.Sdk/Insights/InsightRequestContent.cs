using System.Net;
using System.Net.Http.Headers;

namespace Ffc.Sdk.Insights;

/// <summary>
/// The body of a request with insights: a batch, uncompressed. Records whether its transmission has started.
/// </summary>
internal sealed class InsightRequestContent : HttpContent
{
    private readonly InsightBatch _batch;

    public InsightRequestContent(InsightBatch batch)
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
