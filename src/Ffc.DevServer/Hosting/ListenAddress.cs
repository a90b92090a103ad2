using System.Net;

namespace Ffc.DevServer.Hosting;

/// <summary>An address to listen on, as Kestrel reads it. The function host uses the same checks.</summary>
internal sealed class ListenAddress
{
    private readonly string _text;
    private readonly BindingAddress _address;

    private ListenAddress(string text, BindingAddress address) => (_text, _address) = (text, address);

    /// <summary>True if only this machine can reach the address. Kestrel binds unknown host names to every interface.</summary>
    public bool IsLoopback =>
        _address.IsUnixPipe || IsLocalhost || (IPAddress.TryParse(_address.Host, out var ip) && IPAddress.IsLoopback(ip));

    /// <summary>True if the address is a TCP port rather than a Unix domain socket or a named pipe.</summary>
    public bool IsTcp => !_address.IsUnixPipe && !_address.IsNamedPipe;

    /// <summary>True if the address has a path.</summary>
    public bool HasPath => _address.PathBase.Length > 0;

    /// <summary>The reason why a server cannot listen on the address; null if it can.</summary>
    public string? Error =>
        !string.Equals(_address.Scheme, Uri.UriSchemeHttp, StringComparison.OrdinalIgnoreCase)
            ? "only plain HTTP is supported; put a proxy in front of the server for HTTPS"
        : HasPath ? "the address must not have a path"
        : IsTcp && _address.Port > IPEndPoint.MaxPort ? $"a port is at most {IPEndPoint.MaxPort}"
        : null;

    private bool IsLocalhost => string.Equals(_address.Host, "localhost", StringComparison.OrdinalIgnoreCase);

    /// <exception cref="FormatException">The text is not an address.</exception>
    public static ListenAddress Parse(string text) => new(text, BindingAddress.Parse(text));

    /// <summary>Returns a URL at which this machine reaches the address.</summary>
    public Uri ToReachableUri()
    {
        var isEveryInterface =
            !IPAddress.TryParse(_address.Host, out var ip) || ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any);
        var host = isEveryInterface ? IPAddress.Loopback.ToString() : _address.Host;
        return new UriBuilder(Uri.UriSchemeHttp, host, _address.Port).Uri;
    }

    // localhost has two addresses, and Kestrel can choose a free port for only one address.
    public override string ToString() => _address.Port == 0 && IsLocalhost ? $"http://{IPAddress.Loopback}:0" : _text;
}
