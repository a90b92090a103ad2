using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ffc.Sdk;

/// <summary>How a client connects and behaves. Bound from the configuration section <c>Ffc</c> by <c>AddFfc</c>.</summary>
public sealed class FfcOptions
{
    /// <summary>The server-side secret of the environment. Required, unless <see cref="Offline"/>.</summary>
    public string EnvSecret { get; set; } = "";

    /// <summary>Where flags are streamed from: <c>ws</c>, <c>wss</c>, <c>http</c> or <c>https</c>.</summary>
    public Uri StreamingUri { get; set; } = new("wss://api.featureflag.co");

    /// <summary>Where insights are sent: <c>http</c> or <c>https</c>.</summary>
    public Uri EventsUri { get; set; } = new("https://api.featureflag.co");

    /// <summary>How long <see cref="FfcClient.StartAsync"/> waits for data at most: from zero to ten minutes. Default 15 s.</summary>
    public TimeSpan StartWait { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Exchange nothing with any server; the data is then what <see cref="Bootstrap"/> or <see cref="BootstrapPath"/> give.</summary>
    public bool Offline { get; set; }

    /// <summary>
    /// Data to start with: the JSON text of a <c>data-sync</c> message, as a server sends it. Null for none. What the server
    /// sends takes its place.
    /// </summary>
    public string? Bootstrap { get; set; }

    /// <summary>A file with data to start with, in place of <see cref="Bootstrap"/>. Null for none.</summary>
    public string? BootstrapPath { get; set; }

    /// <summary>
    /// What flags answer, as text, where they cannot be evaluated, by flag key. It wins over the default of a call, unless it does
    /// not read as the type that the call asks for.
    /// </summary>
    public IDictionary<string, string> Defaults { get; private set; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>How the stream behaves.</summary>
    public StreamingOptions Streaming { get; private set; } = new();

    /// <summary>Where snapshots are kept, and how often they are written and looked at.</summary>
    public SnapshotOptions Snapshot { get; private set; } = new();

    /// <summary>
    /// Keeps snapshots of the flag data, so that the next start need not wait for the server. <c>AddFfc</c> takes the host's, where it
    /// has one. Null for files in the folder that <see cref="SnapshotOptions.Path"/> names, or for no snapshots where it names none.
    /// </summary>
    public ISnapshotStore? SnapshotStore { get; set; }

    /// <summary>How insights are collected and sent.</summary>
    public InsightOptions Insights { get; private set; } = new();

    /// <summary>Where insights are kept that cannot be delivered now.</summary>
    public OutboxOptions Outbox { get; private set; } = new();

    /// <summary>
    /// Keeps insights that cannot be delivered now. <c>AddFfc</c> takes the host's, where it has one. Null for files in the folder that
    /// <see cref="OutboxOptions.Path"/> names, or for no outbox where it names none.
    /// </summary>
    public IInsightOutbox? InsightOutbox { get; set; }

    /// <summary>Where the client logs; not at all by default. <c>AddFfc</c> takes the host's.</summary>
    public ILoggerFactory LoggerFactory { get; set; } = NullLoggerFactory.Instance;

    /// <summary>The clock. <c>AddFfc</c> takes the host's, where it has one.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>What a client keeps: whoever made the options may go on to change them, for the next client.</summary>
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
