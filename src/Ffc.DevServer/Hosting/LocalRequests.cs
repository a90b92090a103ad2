using System.Net;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Ffc.DevServer.Hosting;

/// <summary>
/// Protects a server on loopback that has no key. Any page in a browser on the machine can send requests to it, and a page whose
/// host name resolves to a loopback address can read the responses.
/// </summary>
internal static class LocalRequests
{
    private const string AnyOrigin = "*";

    /// <summary>Returns why a request may come from a page of another site; null if it does not.</summary>
    /// <param name="request">The request.</param>
    /// <param name="origins">The origins of other pages that may send requests; <c>*</c> for all.</param>
    public static LocalRefusal? Check(HttpRequest request, IReadOnlyCollection<string> origins)
    {
        if (CheckHost(request) is { } refusal)
            return refusal;
        if (request.Headers.Origin.ToString() is { Length: > 0 } origin
            && !(Uri.TryCreate(origin, UriKind.Absolute, out var uri) && IsLoopbackName(uri.Host))
            && !origins.Contains(AnyOrigin) && !origins.Contains(origin, StringComparer.OrdinalIgnoreCase))
            return new(StatusCodes.Status403Forbidden, "Pages of other sites must not call this server.");

        // A page can send other content types without a preflight request.
        return HasBody(request) && !IsJson(request)
            ? new(StatusCodes.Status415UnsupportedMediaType, "The body must be JSON. Send Content-Type: application/json.")
            : null;
    }

    /// <summary>Returns why a request may use a foreign name that resolves to a loopback address; null if it does not.</summary>
    public static LocalRefusal? CheckHost(HttpRequest request) => IsLoopbackName(request.Host.Host)
        ? null
        : new(StatusCodes.Status403Forbidden, "The host name must be localhost or a loopback address.");

    /// <summary>
    /// Whether the page that sent a request is of this server. The scheme does not matter, because a proxy may add HTTPS.
    /// </summary>
    public static bool IsSameOrigin(HttpRequest request) =>
        Uri.TryCreate(request.Headers.Origin.ToString(), UriKind.Absolute, out var origin)
        && (origin.Scheme == Uri.UriSchemeHttp || origin.Scheme == Uri.UriSchemeHttps)
        && Uri.TryCreate($"{origin.Scheme}://{request.Host}", UriKind.Absolute, out var own)
        && string.Equals(origin.Authority, own.Authority, StringComparison.OrdinalIgnoreCase);

    private static bool IsLoopbackName(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip));

    private static bool HasBody(HttpRequest request) =>
        request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true };

    private static bool IsJson(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        && (type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase));
}
