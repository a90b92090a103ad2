namespace Ffc.Functions.Ofrep;

/// <summary>Settings of the OFREP endpoints. Bound from the configuration section <c>Ffc:Ofrep</c>.</summary>
public sealed class OfrepOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Ffc:Ofrep";

    /// <summary>
    /// Whether bulk evaluations send insight events. Default false, because a bulk evaluation includes flags that the user does
    /// not see, and clients repeat it with every poll.
    /// </summary>
    public bool TrackBulk { get; set; }

    /// <summary>
    /// Whether bulk evaluations offer an event stream, which tells clients of changed flags. Default false; true in
    /// <c>Ffc.Host</c>. On the Azure Functions host, every open stream counts as a running invocation.
    /// </summary>
    public bool EventStreams { get; set; }
}
