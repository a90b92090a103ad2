using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Ffc.DevServer.Hosting;

/// <summary>
/// The key of a server that other machines can reach. Programs send it as a bearer token. A browser gets a cookie from the login
/// page, which does not contain the key.
/// </summary>
internal sealed class AccessKey(string key)
{
    public const string LoginPath = "/login";

    private const string Cookie = "ffc-dev-key";
    private const string Scheme = "Bearer ";
    private const string Html = "text/html";
    private const int MaxFormSize = 64 * 1024;

    private readonly byte[] _key = Encoding.UTF8.GetBytes(key);
    private readonly string _cookie = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), "ffc-dev"u8));

    /// <summary>Whether a request contains the key, or the cookie of the login page.</summary>
    public bool IsIn(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        if (header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) && Matches(header[Scheme.Length..]))
            return true;
        return request.Cookies[Cookie] is { } cookie && AreEqual(Encoding.UTF8.GetBytes(cookie), Encoding.UTF8.GetBytes(_cookie));
    }

    /// <summary>Asks for the key: sends a browser to the login page, and answers 401 to others.</summary>
    public static Task AskAsync(HttpContext context)
    {
        var request = context.Request;
        if (HttpMethods.IsGet(request.Method) && request.Headers.Accept.ToString().Contains(Html, StringComparison.Ordinal))
        {
            context.Response.Redirect(LoginPath);
            return Task.CompletedTask;
        }

        context.Response.Headers.WWWAuthenticate = "Bearer";
        return context.Response.WriteTextAsync(
            StatusCodes.Status401Unauthorized, "This server asks for its key. Send Authorization: Bearer <key>.");
    }

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(LoginPath, context => WritePageAsync(context, StatusCodes.Status200OK, ""));
        routes.MapPost(LoginPath, LoginAsync);
    }

    private static bool AreEqual(byte[] left, byte[] right) => CryptographicOperations.FixedTimeEquals(left, right);

    private static Task WritePageAsync(HttpContext context, int status, string error)
    {
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = Html + "; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        response.Headers.ContentSecurityPolicy =
            "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'";
        return response.WriteAsync(
            $$"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width">
            <title>Development server</title>
            <style>
            :root { color-scheme: light dark; }
            body { font: 15px/1.5 system-ui, sans-serif; margin: 4rem auto; max-width: 22rem; padding: 0 1rem; }
            input, button { font: inherit; padding: .3rem .6rem; }
            </style>
            </head>
            <body>
            <h1>Development server</h1>
            <form method="post" action="{{LoginPath}}">
            <p><label for="key">Key of this server</label><br>
            <input id="key" name="key" type="password" autocomplete="current-password" required autofocus>
            <button>Sign in</button></p>
            <p role="alert">{{error}}</p>
            </form>
            </body>
            </html>
            """,
            context.RequestAborted);
    }

    private bool Matches(string text) => AreEqual(Encoding.UTF8.GetBytes(text), _key);

    private async Task LoginAsync(HttpContext context)
    {
        IFormCollection? form;
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = MaxFormSize;
        try
        {
            form = context.Request.HasFormContentType ? await context.Request.ReadFormAsync(context.RequestAborted) : null;
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException)
        {
            var status = (exception as BadHttpRequestException)?.StatusCode ?? StatusCodes.Status400BadRequest;
            await WritePageAsync(context, status, "The form could not be read.");
            return;
        }

        if (form is null || !Matches(form["key"].ToString()))
        {
            await WritePageAsync(context, StatusCodes.Status401Unauthorized, "The key is wrong.");
            return;
        }

        context.Response.Cookies.Append(Cookie, _cookie, new CookieOptions
        {
            HttpOnly = true,
            IsEssential = true,
            Path = "/",
            SameSite = Microsoft.AspNetCore.Http.SameSiteMode.Strict,
            Secure = context.Request.IsHttps,
        });
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers[HeaderNames.Location] = "/";
    }
}
