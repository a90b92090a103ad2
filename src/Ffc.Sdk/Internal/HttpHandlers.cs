using System.Net;

namespace Ffc.Sdk.Internal;

/// <summary>
/// Creates the handlers of all requests to a server, so that the same rules apply to the stream and to insights.
/// </summary>
internal static class HttpHandlers
{
    /// <summary>Creates a handler that follows no redirects and stores no cookies.</summary>
    /// <param name="options">The proxy, the configuration by the application, and the resolver of host names.</param>
    /// <param name="wrap">Wraps the stream of each connection, below TLS. Null for no wrapper.</param>
    public static SocketsHttpHandler Create(FfcOptions options, Func<Stream, Stream>? wrap = null)
    {
        var resolve = options.ResolveAddresses;
        var handler = new SocketsHttpHandler();
        options.ConfigureHttpHandler?.Invoke(handler);

        // Every request has the secret as a header: a redirect would send it to another server.
        handler.AllowAutoRedirect = false;
        handler.UseCookies = false;
        handler.ConnectCallback = async (context, cancellationToken) =>
        {
            var stream = await TcpConnector.ConnectAsync(context.DnsEndPoint, resolve, cancellationToken).ConfigureAwait(false);
            return wrap is null ? stream : wrap(stream);
        };
        if (options.Proxy is { } proxy)
            (handler.Proxy, handler.UseProxy) = (CreateProxy(proxy), true);
        return handler;
    }

    /// <summary>
    /// Describes the proxy of requests to an address, as a part of an error: a proxy that is down would otherwise look like a
    /// server that is down. Empty if there is none, or if only the application knows it.
    /// </summary>
    public static string DescribeProxy(FfcOptions options, Uri address)
    {
        // Without the setting, .NET uses the proxy of the system or of the environment.
        var proxy = options.Proxy
            ?? (options.ConfigureHttpHandler is null ? HttpClient.DefaultProxy.GetProxy(address) : null);
        return proxy is null || proxy == address
            ? ""
            : $" through the proxy {proxy.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped)}";
    }

    /// <summary>Whether a server answers with a redirect.</summary>
    public static bool IsRedirect(HttpStatusCode status) => status
        is HttpStatusCode.MovedPermanently
        or HttpStatusCode.Found
        or HttpStatusCode.SeeOther
        or HttpStatusCode.TemporaryRedirect
        or HttpStatusCode.PermanentRedirect;

    private static WebProxy CreateProxy(Uri uri)
    {
        // The messages of .NET contain the address of the proxy.
        var proxy = new WebProxy(new UriBuilder(uri) { UserName = "", Password = "" }.Uri);
        if (uri.UserInfo.Split(':', 2) is [{ Length: > 0 } user, .. var password])
        {
            proxy.Credentials = new NetworkCredential(
                Uri.UnescapeDataString(user), Uri.UnescapeDataString(password.FirstOrDefault("")));
        }

        return proxy;
    }
}
