using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;

namespace Ffc.Functions.Embedded.Http;

/// <summary>
/// The web pages whose scripts may call the functions (CORS). On Azure the platform's own list does this, and the functions never
/// see a preflight; here the setting does.
/// </summary>
internal static class AllowedOrigins
{
    /// <summary>The setting that lists them: separated by commas, or one a child of the setting. None by default.</summary>
    public const string Setting = "Ffc:Cors:AllowedOrigins";

    private const string Any = "*";
    private static readonly TimeSpan PreflightAge = TimeSpan.FromMinutes(10);

    /// <exception cref="InvalidOperationException">One of them is no origin.</exception>
    public static IReadOnlyList<string> From(IConfiguration configuration)
    {
        var section = configuration.GetSection(Setting);
        string?[] values = [section.Value, .. section.GetChildren().Select(child => child.Value)];
        return [.. values
            .SelectMany(value => value?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [])
            .Select(Checked)
            .Distinct(StringComparer.OrdinalIgnoreCase)];
    }

    /// <summary>Answers preflights, and tells browsers which pages may read the other answers. Does nothing where no origin is listed.</summary>
    public static void UseFor(WebApplication application, IReadOnlyList<string> origins)
    {
        if (origins.Count == 0)
            return;

        application.UseCors(policy => policy
            .WithOrigins([.. origins])
            .AllowAnyHeader()
            .WithMethods("GET", "POST")
            .SetPreflightMaxAge(PreflightAge));
    }

    private static string Checked(string origin)
    {
        if (origin == Any)
            return origin;
        if (Uri.TryCreate(origin, UriKind.Absolute, out var uri)
            && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
            && uri.PathAndQuery == "/" && uri.Fragment.Length == 0 && uri.UserInfo.Length == 0)
            return uri.GetLeftPart(UriPartial.Authority);

        throw new InvalidOperationException(
            $"{Setting}: '{origin}' is not an origin. Give scheme, host and port alone, such as https://www.example.com, or * for all.");
    }
}
