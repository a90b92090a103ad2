using Ffc.Sdk.Insights;

namespace Ffc.Sdk.Protocol.Ffc;

/// <summary>The protocol of FFC servers (featureflag.co).</summary>
internal sealed class FfcProtocol(EnvironmentSecret secret) : IServerProtocol
{
    public const string TrackPath = "/api/public/track";
    public const string SecretHeader = "envSecret";

    public string ServerName => ServerNames.Ffc;

    public string EnvironmentName => secret.StorageName;

    public WireFormat Format => FfcWireFormat.Instance;

    public IReadOnlyList<KeyValuePair<string, string>> StreamingHeaders { get; } =
        [new(SecretHeader, secret.Value), SdkHeaders.UserAgent, new("Content-Type", "application/json")];

    public IReadOnlyList<KeyValuePair<string, string>> InsightsHeaders { get; } =
        [new(SecretHeader, secret.Value), SdkHeaders.UserAgent];

    public string? GetAddressFault(Uri server) => null;

    public Uri GetStreamingUri(Uri server, DateTimeOffset now)
    {
        var token = ConnectionToken.Create(secret.Value, now, Random.Shared);
        return ServerAddress.ForStream(server, $"token={Uri.EscapeDataString(token)}&type=server&version=2");
    }

    public Uri GetInsightsUri(Uri server) => ServerAddress.Append(server, TrackPath);

    public ReadOnlyMemory<byte> WriteInsights(ReadOnlySpan<InsightEvent> events, PrivateProperties privateProperties) =>
        InsightJson.Write(events, privateProperties);
}
