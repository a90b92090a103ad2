using System.Net;

namespace Ffc.Sdk.Internal;

/// <summary>
/// Creates the handlers of all requests to a server, so that the same rules apply to the stream and to insights.
/// </summary>
internal static class HttpHandlers
{
    /// <summary>Creates a handler that follows no redirects and stores no cookies.</summary>
    /// <param name="proxy">The proxy, with user name and password if required. Null for the system's proxy settings.</param>
    /// <param name="resolve">Returns the addresses of a host name.</param>
    /// <param name="wrap">Wraps the stream of each connection, below TLS. Null for no wrapper.</param>
    public static SocketsHttpHandler Create(Uri? proxy, ResolveAddresses resolve, Func<Stream, Stream>? wrap = null)
    {
        var handler = new SocketsHttpHandler
        {
            // Every request has the secret as a header: a redirect would send it to another server.
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectCallback = async (context, cancellationToken) =>
            {
                var stream = await TcpConnector.ConnectAsync(context.DnsEndPoint, resolve, cancellationToken)
                    .ConfigureAwait(false);
                return wrap is null ? stream : wrap(stream);
            },
        };
        if (proxy is not null)
            handler.Proxy = CreateProxy(proxy);
        return handler;
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
        var proxy = new WebProxy(uri);
        if (uri.UserInfo.Split(':', 2) is [{ Length: > 0 } user, .. var password])
        {
            proxy.Credentials = new NetworkCredential(
                Uri.UnescapeDataString(user), Uri.UnescapeDataString(password.FirstOrDefault("")));
        }

        return proxy;
    }
}
