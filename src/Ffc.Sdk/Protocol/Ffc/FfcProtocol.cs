using Ffc.Sdk.Insights;

namespace Ffc.Sdk.Protocol.Ffc;

/// <summary>The protocol of FFC servers (featureflag.co).</summary>
internal sealed class FfcProtocol(EnvironmentSecret secret) : IServerProtocol
{
    public string EnvironmentName => secret.StorageName;

    public WireFormat Format => FfcWireFormat.Instance;

    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; } =
    [
        new(Wire.SecretHeader, secret.Value),
        new("User-Agent", Wire.UserAgent),
    ];

    public Uri GetStreamingUri(Uri server, DateTimeOffset now)
    {
        var token = ConnectionToken.Create(secret.Value, now, Random.Shared);
        return new UriBuilder(server)
        {
            Scheme = server.Scheme switch { "http" => "ws", "https" => "wss", var other => other },
            Path = server.AbsolutePath.TrimEnd('/') + Wire.StreamingPath,
            Query = $"token={Uri.EscapeDataString(token)}&type=server&version=2",
        }.Uri;
    }

    public Uri GetInsightsUri(Uri server) =>
        new UriBuilder(server) { Path = server.AbsolutePath.TrimEnd('/') + Wire.TrackPath }.Uri;

    public ReadOnlyMemory<byte> WriteInsights(ReadOnlySpan<InsightEvent> events) => InsightJson.Write(events);
}
