using Ffc.Functions.Api;
using Microsoft.AspNetCore.Http;

namespace Ffc.Functions.Functions;

/// <summary>Tells that the process answers at all.</summary>
public static class Live
{
    /// <summary>Runs for <c>GET health/live</c>.</summary>
    /// <returns>Always 200.</returns>
    [Function("Live")]
    public static IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "health/live")] HttpRequest request) =>
        Health.Live();
}
