using Ffc.Functions.Api;
using Ffc.Sdk;
using Microsoft.AspNetCore.Http;

namespace Ffc.Functions.Functions;

/// <summary>Tells whether flags can be evaluated.</summary>
public sealed class Ready(IFfcClient client, TimeProvider clock)
{
    /// <summary>Runs for <c>GET health/ready</c>.</summary>
    /// <returns>
    /// 200 once there is flag data, with where it came from: <c>ready</c>, or <c>degraded</c> where the server refuses the secret for
    /// insights. Until then 503 with the reason.
    /// </returns>
    [Function("Ready")]
    public IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "health/ready")] HttpRequest request)
    {
        return client.Initialized ? Health.Ready(client, clock) : ApiProblem.Unavailable(NotReady.Because(client), ApiProblem.SoonAgain);
    }
}
