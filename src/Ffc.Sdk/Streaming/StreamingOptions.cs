namespace Ffc.Sdk;

/// <summary>Settings for the stream of flag data. Durations are above zero and at most an hour.</summary>
public sealed class StreamingOptions
{
    /// <summary>
    /// The interval between pings. A connection that receives nothing for three intervals is closed. Default 10 s.
    /// </summary>
    public TimeSpan PingInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The time limit for one connection attempt. Default 5 s.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest delay before the first reconnection attempt. It doubles with every failure. Default 1 s.</summary>
    public TimeSpan FirstRetryDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest delay between reconnection attempts; at least <see cref="FirstRetryDelay"/>. Default 60 s.</summary>
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// The interval after which the client requests all data again on the open connection, because a server does not push every
    /// change. Each interval varies by up to 20 %. Zero disables these requests; otherwise from 1 s to one day. Default 10
    /// minutes.
    /// </summary>
    public TimeSpan ResyncInterval { get; set; } = TimeSpan.FromMinutes(10);

    internal StreamingOptions Copy() => (StreamingOptions)MemberwiseClone();
}
