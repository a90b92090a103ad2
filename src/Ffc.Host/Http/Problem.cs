using Microsoft.AspNetCore.Http;

namespace Ffc.Host.Http;

/// <summary>Writes the errors of the host itself as problem details (RFC 9457).</summary>
internal static class Problem
{
    public static Task WriteAsync(HttpContext context, int status, string detail) =>
        // The type of a problem that needs no more explanation than its status.
        TypedResults.Problem(detail, statusCode: status, type: "about:blank").ExecuteAsync(context);
}
