using Microsoft.AspNetCore.Http;

namespace Ffc.Host.Http;

/// <summary>Writes the errors of the host as problem details (RFC 9457).</summary>
internal static class Problem
{
    public static Task WriteAsync(HttpContext context, int status, string detail) =>
        // RFC 9457 defines this type for problems that need no explanation beyond the status.
        TypedResults.Problem(detail, statusCode: status, type: "about:blank").ExecuteAsync(context);
}
