namespace Ffc.DevServer;

/// <summary>The real environment whose flags a development server serves.</summary>
public sealed class MirrorOptions
{
    /// <summary>
    /// The server-side secret of the environment. It is sent only to the server of the environment. Its form identifies the
    /// server: FFC or FeatBit.
    /// </summary>
    public required string EnvSecret { get; init; }

    /// <summary>The address that flags are streamed from: <c>ws</c>, <c>wss</c>, <c>http</c> or <c>https</c>.</summary>
    public required Uri StreamingUri { get; init; }

    /// <summary>
    /// The address that insights are sent to if <see cref="ForwardInsights"/> is true: <c>http</c> or <c>https</c>. The default
    /// is the host of <see cref="StreamingUri"/>.
    /// </summary>
    public Uri? EventsUri { get; init; }

    /// <summary>
    /// The file with local overrides of flags, in the form of a flags file. It is created if it does not exist. The default is a
    /// file for the environment in the folder <c>.ffc</c> of the current directory.
    /// </summary>
    public string? OverridesPath { get; init; }

    /// <summary>
    /// True sends the insights of clients to the environment, except for evaluations of overridden flags. False by default: the
    /// insights are only kept.
    /// </summary>
    public bool ForwardInsights { get; init; }

    /// <summary>The longest time that the start waits for the flags.</summary>
    internal TimeSpan StartWait { get; init; } = TimeSpan.FromSeconds(15);
}
