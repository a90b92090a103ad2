using Ffc.Functions.Api;
using Microsoft.AspNetCore.Http;

namespace Ffc.Functions.Functions;

/// <summary>Describes the HTTP functions to those who call them.</summary>
public static class OpenApi
{
    /// <summary>Runs for <c>GET openapi.json</c>.</summary>
    /// <returns>Always 200: the OpenAPI 3.1 document.</returns>
    [Function("OpenApi")]
    public static IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "openapi.json")] HttpRequest request) =>
        TypedResults.Bytes(OpenApiDocument.Utf8, JsonResponse.ContentType);
}
