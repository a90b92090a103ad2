namespace Ffc.Tests;

/// <summary>The response of a <see cref="TrackServer"/> to one request.</summary>
/// <param name="Status">The status code; 0 aborts the connection.</param>
/// <param name="Takes">True if the server keeps the events, whether or not the client receives a response.</param>
/// <param name="Hangs">True if the server sends nothing until the client gives up.</param>
/// <param name="RetryAfter">The Retry-After header.</param>
/// <param name="Location">The Location header.</param>
/// <param name="Body">The response body.</param>
internal sealed record TrackReply(
    int Status, bool Takes = false, bool Hangs = false, string? RetryAfter = null, string? Location = null, string Body = "")
{
    public static TrackReply Ok { get; } = new(202, Takes: true);

    public static TrackReply Hang { get; } = new(0, Hangs: true);

    public static TrackReply BreakOff { get; } = new(0);

    public static TrackReply TakeAndBreakOff { get; } = new(0, Takes: true);
}
