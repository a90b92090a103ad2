using Microsoft.Extensions.Logging.Abstractions;

namespace Ffc.DevServer;

/// <summary>The options of a development server. The server reads no environment variables and no command line.</summary>
public sealed class DevServerOptions
{
    /// <summary>The public sample secret of account 1, project 1 and environment 1. It is not confidential.</summary>
    public const string DevelopmentSecret = "ZGV2JTIwMjYwMTAxMDAwMDAwX18xX18xX18xX19kZWZhdWx0XzAwMDAx";

    /// <summary>The public sample secret of a FeatBit environment. It is not confidential.</summary>
    public const string FeatBitDevelopmentSecret = "AwIBAAUEBwYICQoLDA0ODwPC0eD1pLeGmHlqW0w9Lh8A";

    /// <summary>
    /// The flags file, in the short form or in the form of FFC or FeatBit. It determines which server is simulated. The default
    /// is samples/flags.json in the repository, or samples/featbit-flags.json with a FeatBit secret. Outside the repository, the
    /// default is the program's copy.
    /// </summary>
    public string? FlagsPath { get; init; }

    /// <summary>
    /// The secret that clients must send. The default is <see cref="DevelopmentSecret"/>, or <see
    /// cref="FeatBitDevelopmentSecret"/> with a flags file of FeatBit. If other machines can reach the server, the default is a
    /// new random secret, and a public secret is refused.
    /// </summary>
    public string? EnvSecret { get; init; }

    /// <summary>
    /// The real environment whose flags are served instead of those of a flags file. Edits are then local overrides, which the
    /// environment never receives. Null by default.
    /// </summary>
    public MirrorOptions? Mirror { get; init; }

    /// <summary>
    /// The addresses to listen on: http URLs separated by semicolons. Port 0 selects a free port. A wildcard (http://*:5100)
    /// listens on every interface. Addresses that other machines can reach require a <see cref="Key"/>. The default is a loopback
    /// address.
    /// </summary>
    public string Urls { get; init; } = "http://localhost:5100";

    /// <summary>
    /// The key that the dashboard, <c>/insights</c> and <c>/control</c> ask for. Clients do not need it; they send the secret.
    /// Null for no key, which is possible only on loopback.
    /// </summary>
    public string? Key { get; init; }

    /// <summary>True maps the routes under /control, which simulate faults. False by default.</summary>
    public bool Control { get; init; }

    /// <summary>
    /// True raises the timestamps of older items to the last write time of the file. Developers can then edit the file while the
    /// server is stopped: clients with data of an earlier run accept only newer items. False by default: timestamps are served as
    /// they are in the file.
    /// </summary>
    public bool StampOnStart { get; init; }

    /// <summary>The clock for tokens and timestamps. The system clock by default.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>The factory for the server's loggers. The caller disposes it. By default the server does not log.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    /// <summary>The number of received events that are kept; the oldest ones are dropped first.</summary>
    internal int InsightsCapacity { get; init; } = 100_000;

    /// <summary>The memory of the received events that are kept, in bytes.</summary>
    internal long InsightsCapacityBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>True watches the flags file with file system events. True by default.</summary>
    internal bool WatchEvents { get; init; } = true;

    /// <summary>The interval at which the flags file is polled, in addition to file system events.</summary>
    internal TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(1);
}
