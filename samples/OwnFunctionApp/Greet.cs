using Ffc.Sdk;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace OwnFunctionApp;

/// <summary>Uses flags of both environments in an HTTP request.</summary>
/// <param name="flags">The client without a key.</param>
/// <param name="euFlags">The client of the second environment.</param>
/// <param name="user">The user of the request.</param>
public sealed class Greet(IFfcClient flags, [FromKeyedServices("eu")] IFfcClient euFlags, FfcUser user)
{
    /// <summary>Handles <c>GET greet</c>.</summary>
    [Function("Greet")]
    public IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "greet")] HttpRequest request)
    {
        var text = flags.Variation("welcome-text", user, "Hello");
        var isNew = euFlags.Variation("new-checkout", user, false);
        return TypedResults.Ok(new { text, isNew });
    }
}
