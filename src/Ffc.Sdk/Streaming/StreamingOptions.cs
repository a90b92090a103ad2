namespace Ffc.Sdk;

/// <summary>Settings for the stream of flag data. Every duration is above zero and at most a day.</summary>
public sealed class StreamingOptions
{
    /// <summary>
    /// The interval between pings. A connection without any message for three intervals is closed. Default 10 s.
    /// </summary>
    public TimeSpan PingInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The time limit for one connection attempt. Default 5 s.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest delay before the first reconnection attempt. It doubles with every failure. Default 1 s.</summary>
    public TimeSpan FirstRetryDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest delay between reconnection attempts; at least <see cref="FirstRetryDelay"/>. Default 60 s.</summary>
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>The HTTP proxy, with user name and password if required. Null for the system's proxy settings.</summary>
    public Uri? Proxy { get; set; }

    internal StreamingOptions Copy() => (StreamingOptions)MemberwiseClone();
}
