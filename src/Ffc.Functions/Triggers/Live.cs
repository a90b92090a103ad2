using Ffc.Functions.Api;
using Microsoft.AspNetCore.Http;

namespace Ffc.Functions.Triggers;

/// <summary>Reports that the process is running.</summary>
public static class Live
{
    /// <summary>Handles <c>GET health/live</c>.</summary>
    /// <returns>Always 200.</returns>
    [Function("Live")]
    public static IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "health/live")] HttpRequest request) =>
        Health.Live();
}
