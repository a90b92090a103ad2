using System.Reflection;
using Ffc.Sdk.Insights;

namespace Ffc.Sdk.Protocol.Ffc;

/// <summary>The protocol of FFC servers (featureflag.co).</summary>
internal sealed class FfcProtocol(EnvironmentSecret secret) : IServerProtocol
{
    public const string TrackPath = "/api/public/track";
    public const string SecretHeader = "envSecret";

    private static readonly string UserAgent = "ffc-dotnet-server-sdk/" + typeof(FfcProtocol).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    public string EnvironmentName => secret.StorageName;

    public WireFormat Format => FfcWireFormat.Instance;

    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; } =
    [
        new(SecretHeader, secret.Value),
        new("User-Agent", UserAgent),
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
        new UriBuilder(server) { Path = server.AbsolutePath.TrimEnd('/') + TrackPath }.Uri;

    public ReadOnlyMemory<byte> WriteInsights(ReadOnlySpan<InsightEvent> events) => InsightJson.Write(events);
}
