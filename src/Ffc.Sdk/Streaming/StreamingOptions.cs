namespace Ffc.Sdk;

/// <summary>How the stream of flag data behaves. Every duration is above zero and at most a day.</summary>
public sealed class StreamingOptions
{
    /// <summary>How often the client pings; a connection on which nothing came for three such intervals is given up. Default 10 s.</summary>
    public TimeSpan PingInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long one attempt to connect may take. Default 5 s.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest wait before the first attempt to connect again; it doubles with each failure. Default 1 s.</summary>
    public TimeSpan FirstRetryDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait between attempts to connect; no less than <see cref="FirstRetryDelay"/>. Default 60 s.</summary>
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>An HTTP proxy to go through, with user and password if it wants them; the system's, where there is one, when null.</summary>
    public Uri? Proxy { get; set; }

    internal StreamingOptions Copy() => (StreamingOptions)MemberwiseClone();
}
