using Microsoft.AspNetCore.Http;

namespace Ffc.Functions.Api;

/// <summary>The answer of a health check that is well.</summary>
internal static class Health
{
    public static IResult Result(string status) => TypedResults.Json(new HealthBody(status), ApiJson.Default.HealthBody);
}

/// <summary>The JSON of a health check.</summary>
/// <param name="Status"><c>live</c> or <c>ready</c>.</param>
internal sealed record HealthBody(string Status);
