using Ffc.Sdk.Insights;

namespace Ffc.Sdk.Protocol;

/// <summary>
/// The protocol of one kind of server, for one environment. It contains all differences between servers. Each folder under
/// <c>Protocol</c> has one implementation; <see cref="ServerProtocol"/> selects it.
/// </summary>
internal interface IServerProtocol
{
    /// <summary>The kind of server: one of <see cref="ServerNames"/>.</summary>
    string ServerName { get; }

    /// <summary>The name of the environment, valid in files, blobs, URIs and headers. Contains no secret.</summary>
    string EnvironmentName { get; }

    /// <summary>How the messages of the stream represent flags and segments.</summary>
    WireFormat Format { get; }

    /// <summary>The headers of the upgrade request. They may contain the secret.</summary>
    IReadOnlyList<KeyValuePair<string, string>> StreamingHeaders { get; }

    /// <summary>The headers of each request with insights. They contain the secret.</summary>
    IReadOnlyList<KeyValuePair<string, string>> InsightsHeaders { get; }

    /// <summary>
    /// Why an address cannot be the address of a server of this kind, as the predicate of a sentence; null if it can.
    /// </summary>
    string? GetAddressFault(Uri server);

    /// <summary>The address of the stream with a new token, which is valid for a short time only.</summary>
    Uri GetStreamingUri(Uri server, DateTimeOffset now);

    /// <summary>The address that accepts insights.</summary>
    Uri GetInsightsUri(Uri server);

    /// <summary>Writes events as the body of a request, without the private properties of users.</summary>
    ReadOnlyMemory<byte> WriteInsights(ReadOnlySpan<InsightEvent> events, PrivateProperties privateProperties);
}
