using System.Net;

namespace Ffc.Sdk.Insights;

/// <summary>
/// Counts the events of requests that the server may have received although no response arrived. Their batches are sent again.
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

            // A gateway returns these statuses if it does not know the outcome of the request.
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
