using Ffc.Functions.Api;
using Ffc.Sdk;
using Microsoft.AspNetCore.Http;

namespace Ffc.Functions.Triggers;

/// <summary>Reports the state of this instance to operators.</summary>
public sealed class Status(IFfcClient client, TimeProvider timeProvider)
{
    /// <summary>Handles <c>GET status</c>.</summary>
    /// <returns>Always 200: the state of the stream, of the flag data and of the insights.</returns>
    [Function("Status")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "status")] HttpRequest request,
        CancellationToken cancellationToken) =>
        TypedResults.Json(await StatusBody.OfAsync(client, timeProvider, cancellationToken), ApiJson.Readable.StatusBody);
}
