using System.Net;
using Ffc.Sdk.Internal;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ffc.Sdk;

/// <summary>Settings of a client. <c>AddFfc</c> binds them from the configuration section <c>Ffc</c>.</summary>
public sealed class FfcOptions
{
    /// <summary>The text before the name of a setting in messages, if the section is unknown.</summary>
    internal const string DefaultSettingPrefix = "Ffc:";

    /// <summary>
    /// The server-side secret of the environment. Its form identifies the server: FFC or FeatBit. Required, unless <see
    /// cref="Offline"/> is true.
    /// </summary>
    public string EnvSecret { get; set; } = "";

    /// <summary>
    /// The address that flags are streamed from: <c>ws</c>, <c>wss</c>, <c>http</c> or <c>https</c>. The default is the public
    /// server of FFC. Required with a FeatBit secret.
    /// </summary>
    public Uri StreamingUri
    {
        get => HasDefaultStreamingUri ? field ??= new("wss://api.featureflag.co") : field!;
        set => (field, HasDefaultStreamingUri) = (value, false);
    }

    /// <summary>
    /// The address that insights are sent to: <c>http</c> or <c>https</c>. The default is the public server of FFC. Required with
    /// a FeatBit secret.
    /// </summary>
    public Uri EventsUri
    {
        get => HasDefaultEventsUri ? field ??= new("https://api.featureflag.co") : field!;
        set => (field, HasDefaultEventsUri) = (value, false);
    }

    /// <summary>
    /// The HTTP proxy for the stream and for insights, with user name and password if required. Null for the system's proxy
    /// settings.
    /// </summary>
    public Uri? Proxy { get; set; }

    /// <summary>
    /// Configures the HTTP handlers of the stream and of insights, such as to trust a private certificate authority or to send a
    /// client certificate. It is called for each new handler, on any thread. The client then sets redirects, cookies and the
    /// connect callback itself, and the proxy if <see cref="Proxy"/> is set. Null for no configuration.
    /// </summary>
    /// <example>
    /// <code>
    /// options.ConfigureHttpHandler = handler => handler.SslOptions.ClientCertificates = [certificate];
    /// </code>
    /// </example>
    public Action<SocketsHttpHandler>? ConfigureHttpHandler { get; set; }

    /// <summary>
    /// The longest time that <see cref="FfcClient.StartAsync"/> waits for data: zero to ten minutes. Default 15 s.
    /// </summary>
    public TimeSpan StartWait { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Disables all network access. The data then comes from <see cref="Bootstrap"/> or <see cref="BootstrapPath"/>.
    /// </summary>
    public bool Offline { get; set; }

    /// <summary>
    /// Initial data: the JSON text of a <c>data-sync</c> message, as a server sends it. Null for none. Data from the server
    /// replaces it.
    /// </summary>
    public string? Bootstrap { get; set; }

    /// <summary>A file with initial data, as an alternative to <see cref="Bootstrap"/>. Null for none.</summary>
    public string? BootstrapPath { get; set; }

    /// <summary>
    /// The values, as text and by flag key, of flags that cannot be evaluated. They take precedence over the default of a call,
    /// unless the text cannot be converted to the type that the call requests.
    /// </summary>
    public IDictionary<string, string> Defaults { get; private set; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Settings for the stream of flag data.</summary>
    public StreamingOptions Streaming { get; private set; } = new();

    /// <summary>Settings for snapshots of the flag data.</summary>
    public SnapshotOptions Snapshot { get; private set; } = new();

    /// <summary>
    /// Stores snapshots of the flag data, so that the next start has flags before the server responds. If it is null,
    /// <c>AddFfc</c> uses the registered store. Without any store, snapshots are files in the folder <see
    /// cref="SnapshotOptions.Path"/>.
    /// </summary>
    public ISnapshotStore? SnapshotStore { get; set; }

    /// <summary>Settings for collecting and sending insights.</summary>
    public InsightOptions Insights { get; private set; } = new();

    /// <summary>Settings for storing insights that cannot be delivered.</summary>
    public OutboxOptions Outbox { get; private set; } = new();

    /// <summary>
    /// Stores insights that cannot be delivered. If it is null, <c>AddFfc</c> uses the registered outbox. Without any outbox,
    /// insights are files in the folder <see cref="OutboxOptions.Path"/>.
    /// </summary>
    public IInsightOutbox? InsightOutbox { get; set; }

    /// <summary>Whether the JSON of flags and segments is kept, also without a snapshot store.</summary>
    internal bool KeepsJson { get; set; }

    internal bool HasOutbox => InsightOutbox is not null || Outbox.Path is not null;

    /// <summary>
    /// The factory for the loggers of the client. By default, <c>AddFfc</c> uses the factory of the host; other clients do not
    /// log.
    /// </summary>
    public ILoggerFactory LoggerFactory { get; set; } = NullLoggerFactory.Instance;

    /// <summary>
    /// The source of time. By default, <c>AddFfc</c> uses the registered time provider, if any; other clients use the system
    /// clock.
    /// </summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>The text before the name of a setting in messages: the configuration section and a colon.</summary>
    internal string SettingPrefix { get; set; } = DefaultSettingPrefix;

    /// <summary>
    /// Whether neither address was set. The defaults are created on first use, because an offline client needs no URI, and the
    /// first one in a process takes 3 ms.
    /// </summary>
    internal bool HasDefaultAddresses => HasDefaultStreamingUri && HasDefaultEventsUri;

    private bool HasDefaultStreamingUri { get; set; } = true;

    private bool HasDefaultEventsUri { get; set; } = true;

    /// <summary>Resolves the host names of the servers. Tests replace it.</summary>
    internal ResolveAddresses ResolveAddresses
    {
        get => field ??= Dns.GetHostAddressesAsync;
        set;
    }

    /// <summary>Creates the handler of requests with insights. Null for a connection to the server. Tests replace it.</summary>
    internal Func<HttpMessageHandler>? InsightHandler { get; set; }

    /// <summary>The source of the jitter of insights. Tests replace it.</summary>
    internal Random Random { get; set; } = Random.Shared;

    /// <summary>Copies the options for a client, so that later changes do not affect it.</summary>
    internal FfcOptions Copy()
    {
        var copy = (FfcOptions)MemberwiseClone();
        copy.Defaults = new Dictionary<string, string>(Defaults, StringComparer.Ordinal);
        copy.Streaming = Streaming.Copy();
        copy.Snapshot = Snapshot.Copy();
        copy.Insights = Insights.Copy();
        copy.Outbox = Outbox.Copy();
        return copy;
    }
}
