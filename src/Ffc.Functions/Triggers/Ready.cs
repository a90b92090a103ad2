using Ffc.Functions.Api;
using Ffc.Sdk;
using Ffc.Sdk.Health;
using Microsoft.AspNetCore.Http;

namespace Ffc.Functions.Triggers;

/// <summary>Reports whether flags can be evaluated.</summary>
public sealed class Ready(IFfcClient client, TimeProvider timeProvider)
{
    /// <summary>Handles <c>GET health/ready</c>.</summary>
    /// <returns>
    /// 200 if there is flag data, with its source. The status is <c>ready</c>, or <c>degraded</c> if the stream has been away for
    /// more than two minutes, if the server refuses the stream or the insights, or if the outbox has a problem. 503 with the
    /// reason if there is no flag data.
    /// </returns>
    [Function("Ready")]
    public IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "health/ready")] HttpRequest request) =>
        client.Initialized
            ? Health.Ready(client, timeProvider)
            : ApiProblem.Unavailable(ClientHealth.NotReadyReason(client), ApiProblem.NotReadyRetryDelay);
}
