using Microsoft.AspNetCore.Http;

namespace Ffc.Functions.Embedded.Http;

/// <summary>Answers with a problem (RFC 9457): the one way in which the host itself reports an error.</summary>
internal static class Problem
{
    public static Task WriteAsync(HttpContext context, int status, string detail) =>
        // "about:blank" is the RFC's type for a problem that its status says all about.
        TypedResults.Problem(detail, statusCode: status, type: "about:blank").ExecuteAsync(context);
}
