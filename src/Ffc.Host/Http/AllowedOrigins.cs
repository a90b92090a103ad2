using Ffc.Functions.Settings;
using Microsoft.AspNetCore.Builder;

namespace Ffc.Host.Http;

/// <summary>
/// The origins of web pages that may call the functions (CORS). In Azure, the platform has its own setting and handles preflight
/// requests.
/// </summary>
internal static class AllowedOrigins
{
    private const string AnyOrigin = "*";
    private static readonly TimeSpan PreflightMaxAge = TimeSpan.FromMinutes(10);

    /// <exception cref="InvalidOperationException">A value is not an origin.</exception>
    public static IReadOnlyList<string> From(HostSettings settings) =>
        [.. settings.Cors.AllowedOrigins.Select(Normalize).Distinct(StringComparer.OrdinalIgnoreCase)];

    /// <summary>Adds the CORS middleware, if there are origins.</summary>
    public static void UseFor(WebApplication application, IReadOnlyList<string> origins)
    {
        if (origins.Count == 0)
            return;

        application.UseCors(policy => policy
            .WithOrigins([.. origins])
            .AllowAnyHeader()
            .WithMethods("GET", "POST")
            .SetPreflightMaxAge(PreflightMaxAge));
    }

    private static string Normalize(string origin)
    {
        if (origin == AnyOrigin)
            return origin;
        if (Uri.TryCreate(origin, UriKind.Absolute, out var uri)
            && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
            && uri.PathAndQuery == "/" && uri.Fragment.Length == 0 && uri.UserInfo.Length == 0)
            return uri.GetLeftPart(UriPartial.Authority);

        var setting = HostSettings.NameOf(nameof(HostSettings.Cors), nameof(CorsSettings.AllowedOrigins));
        throw new InvalidOperationException(
            $"{setting}: '{origin}' is not an origin. "
            + "An origin is a scheme, a host and a port, such as https://www.example.com. Use * to allow all origins.");
    }
}
