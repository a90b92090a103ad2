using Ffc.Functions.Api;
using Microsoft.AspNetCore.Http;

namespace Ffc.Functions.Triggers;

/// <summary>Returns the OpenAPI description of the HTTP functions.</summary>
public static class OpenApi
{
    /// <summary>Handles <c>GET openapi.json</c>.</summary>
    /// <returns>Always 200: the OpenAPI 3.1 document.</returns>
    [Function("OpenApi")]
    public static IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "openapi.json")] HttpRequest request) =>
        TypedResults.Bytes(OpenApiDocument.Utf8, JsonResponse.ContentType);
}
