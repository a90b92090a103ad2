namespace Ffc.Sdk.Protocol;

/// <summary>Builds the addresses of a server's endpoints.</summary>
internal static class ServerAddress
{
    private const string FfcHost = "api.featureflag.co";

    /// <summary>Whether an address is the public server of FFC, which is the default of the options.</summary>
    public static bool IsFfcHost(Uri server) => server.Host == FfcHost;

    /// <summary>Returns the address of the stream.</summary>
    /// <param name="server">The configured address, which may contain a path.</param>
    /// <param name="query">The query, without a question mark.</param>
    public static Uri ForStream(Uri server, string query) => new UriBuilder(Append(server, Wire.StreamingPath))
    {
        Scheme = server.Scheme switch { "http" => "ws", "https" => "wss", var other => other },
        Query = query,
    }.Uri;

    /// <summary>Appends the path of an endpoint.</summary>
    public static Uri Append(Uri server, string path) =>
        new UriBuilder(server) { Path = server.AbsolutePath.TrimEnd('/') + path }.Uri;
}
