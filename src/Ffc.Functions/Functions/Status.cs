using Ffc.Functions.Api;
using Ffc.Sdk;
using Microsoft.AspNetCore.Http;

namespace Ffc.Functions.Functions;

/// <summary>Tells operators how this instance is doing.</summary>
public sealed class Status(IFfcClient client, TimeProvider clock)
{
    /// <summary>Runs for <c>GET status</c>.</summary>
    /// <returns>Always 200: the state of the stream, what data is in force, and how insights are doing.</returns>
    [Function("Status")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "status")] HttpRequest request, CancellationToken cancellationToken) =>
        TypedResults.Json(await StatusBody.OfAsync(client, clock, cancellationToken), ApiJson.Default.StatusBody);
}
