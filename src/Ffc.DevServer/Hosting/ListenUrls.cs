using System.Net;

namespace Ffc.DevServer.Hosting;

/// <summary>Where to listen, and where that can be reached.</summary>
internal static class ListenUrls
{
    /// <summary>Reads URLs separated by semicolons.</summary>
    /// <exception cref="ArgumentException">There is none, or one is no http URL.</exception>
    public static IReadOnlyList<string> Read(string urls)
    {
        var list = urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return list.Length > 0 ? [.. list.Select(Check)] : throw new ArgumentException("there is no URL to listen on");
    }

    /// <summary>The URL by which this machine reaches an address that is listened on.</summary>
    public static Uri Reachable(string listening)
    {
        var address = BindingAddress.Parse(listening);
        var isLocal = !IPAddress.TryParse(address.Host, out var ip) || ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any);
        return new UriBuilder(Uri.UriSchemeHttp, isLocal ? IPAddress.Loopback.ToString() : address.Host, address.Port).Uri;
    }

    private static string Check(string url)
    {
        BindingAddress address;
        try
        {
            address = BindingAddress.Parse(url);
        }
        catch (FormatException)
        {
            throw new ArgumentException($"{url} is no URL to listen on");
        }

        if (address.Scheme != Uri.UriSchemeHttp || address.IsUnixPipe || address.IsNamedPipe || address.PathBase.Length > 0
            || address.Port > IPEndPoint.MaxPort)
            throw new ArgumentException($"{url} is no URL to listen on: give it as http://host:port");

        // Any free port can be had of one address only, and localhost is two.
        return address is { Host: "localhost", Port: 0 } ? $"http://{IPAddress.Loopback}:0" : url;
    }
}
