using Microsoft.Extensions.Logging.Abstractions;

namespace Ffc.DevServer;

/// <summary>How a development server is set up. Nothing else is read: no environment variable, no command line.</summary>
public sealed class DevServerOptions
{
    /// <summary>A sample secret that everybody knows, of account 1, project 1, environment 1. It protects nothing.</summary>
    public const string DevelopmentSecret = "ZGV2JTIwMjYwMTAxMDAwMDAwX18xX18xX18xX19kZWZhdWx0XzAwMDAx";

    /// <summary>The flags file. Null, the default, takes the repository's samples/flags.json, else the program's copy.</summary>
    public string? FlagsPath { get; init; }

    /// <summary>The secret that clients must show. <see cref="DevelopmentSecret"/> by default.</summary>
    public string EnvSecret { get; init; } = DevelopmentSecret;

    /// <summary>
    /// Where to listen: http URLs separated by semicolons, port 0 for any free port. Loopback by default; a wildcard
    /// (http://*:5100) listens everywhere.
    /// </summary>
    public string Urls { get; init; } = "http://localhost:5100";

    /// <summary>Whether to map the routes under /control that make the server misbehave. False by default.</summary>
    public bool Control { get; init; }

    /// <summary>
    /// Whether items that are older than the file's last write start with the time of that write. For people, who edit the
    /// file while the server is down and do not touch time stamps: a client that kept data of an earlier run takes only what
    /// is newer. False by default: time stamps are served as the file has them.
    /// </summary>
    public bool StampOnStart { get; init; }

    /// <summary>The clock for tokens and time stamps. The system's by default.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Where the server logs to. Nowhere by default. It stays the caller's to dispose.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    /// <summary>How many events are kept to be looked at; older ones make room.</summary>
    internal int InsightsCapacity { get; init; } = 100_000;

    /// <summary>Whether the operating system is asked to tell of changes to the flags file.</summary>
    internal bool WatchEvents { get; init; } = true;

    /// <summary>How often the flags file is looked at besides.</summary>
    internal TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(1);
}
