using System.Net;

namespace Ffc.Sdk.Insights;

/// <summary>
/// Counts the requests that the server may have received although no answer arrived: their batches are sent again.
/// </summary>
internal sealed class UncertainDeliveryHandler(InsightCounters counters) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var content = (InsightRequestContent)request.Content!;
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
