using Ffc.Functions.Api;
using Ffc.Sdk;
using Microsoft.AspNetCore.Http;

namespace Ffc.Functions.Functions;

/// <summary>Tells operators how this instance is doing.</summary>
public sealed class Status(IFfcClient client, TimeProvider clock)
{
    /// <summary>Runs for <c>GET status</c>.</summary>
    /// <returns>Always 200: the state of the stream, and what data is in force.</returns>
    [Function("Status")]
    public IResult Run([HttpTrigger(AuthorizationLevel.Function, "get", Route = "status")] HttpRequest request) =>
        TypedResults.Json(StatusBody.Of(client, clock), ApiJson.Default.StatusBody);
}
