using Ffc.Sdk.Insights;

namespace Ffc.Sdk.Protocol.FeatBit;

/// <summary>The protocol of FeatBit evaluation servers.</summary>
internal sealed class FeatBitProtocol(FeatBitSecret secret) : IServerProtocol
{
    public const string TrackPath = "/api/public/insight/track";
    public const string LatestAllPath = "/api/public/sdk/server/latest-all";
    public const string SecretHeader = "Authorization";

    public string ServerName => ServerNames.FeatBit;

    public string EnvironmentName => secret.StorageName;

    public WireFormat Format => FeatBitWireFormat.Instance;

    // The token alone authenticates the stream.
    public IReadOnlyList<KeyValuePair<string, string>> StreamingHeaders { get; } = [SdkHeaders.UserAgent];

    public IReadOnlyList<KeyValuePair<string, string>> InsightsHeaders { get; } =
        [new(SecretHeader, secret.Value), SdkHeaders.UserAgent];

    public string? GetAddressFault(Uri server) => ServerAddress.IsFfcHost(server)
        ? "is missing: a FeatBit secret needs the address of your FeatBit evaluation server, such as http://localhost:5100"
        : null;

    public Uri GetStreamingUri(Uri server, DateTimeOffset now)
    {
        var token = ConnectionToken.Create(secret.Value, now, Random.Shared);
        return ServerAddress.ForStream(server, $"type=server&token={Uri.EscapeDataString(token)}");
    }

    public Uri GetInsightsUri(Uri server) => ServerAddress.Append(server, TrackPath);

    public ReadOnlyMemory<byte> WriteInsights(ReadOnlySpan<InsightEvent> events, PrivateProperties privateProperties) =>
        InsightJson.Write(events, privateProperties);
}
