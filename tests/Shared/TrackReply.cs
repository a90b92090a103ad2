namespace Ffc.Tests;

/// <summary>The response of a <see cref="TrackServer"/> to one request.</summary>
/// <param name="Status">The status code; 0 aborts the connection.</param>
/// <param name="KeepsEvents">True if the server keeps the events, even if the client receives no response.</param>
/// <param name="Hangs">True if the server sends no response until the client ends the request.</param>
/// <param name="RetryAfter">The Retry-After header.</param>
/// <param name="Location">The Location header.</param>
/// <param name="Body">The response body.</param>
internal sealed record TrackReply(
    int Status,
    bool KeepsEvents = false,
    bool Hangs = false,
    string? RetryAfter = null,
    string? Location = null,
    string Body = "")
{
    public static TrackReply Ok { get; } = new(202, KeepsEvents: true);

    public static TrackReply Hang { get; } = new(0, Hangs: true);

    public static TrackReply Abort { get; } = new(0);

    public static TrackReply KeepAndAbort { get; } = new(0, KeepsEvents: true);
}
