using Ffc.DevServer.Control;
using Ffc.DevServer.Flags;
using Ffc.DevServer.Servers;

namespace Ffc.DevServer.Dashboard;

/// <summary>The routes of the server, for people.</summary>
internal static class ServerRoutes
{
    private static readonly (string Route, string Purpose)[] Control =
    [
        (
            "POST /control/track",
            $$"""sets the response to insights requests: { {{ControlEndpoint.TrackModes}}, "status", "retryAfter" }"""
        ),
        ("POST /control/streaming", """sets the faults of the stream: { "delayMs", "refuse" }"""),
        ("POST /control/push", "sends the body as a text frame to every client"),
        ("POST /control/drop", "aborts every connection"),
        ("GET /control/last-push", "returns the time of the last push as Unix time in milliseconds"),
    ];

    public static IEnumerable<(string Route, string Purpose)> List(DevProtocol protocol, bool hasControl) =>
    [
        ("GET /streaming?token=…&type=server", "WebSocket: sends all flags, then every change"),
        ($"POST {protocol.TrackPath}", "receives insights"),
        .. protocol.LatestAllPath is { } path ? [($"GET {path}?timestamp=…", "returns the flags")] : Control[..0],
        ("GET /insights?limit=…", "returns the insights as JSON"),
        ("DELETE /insights", "deletes the insights"),
        ($"GET /{SampleFlags.SchemaFile}", "returns the JSON schema of flags files"),
        .. hasControl ? Control : [],
    ];
}
