using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using Ffc.DevServer.Control;
using Ffc.DevServer.Insights;
using Ffc.DevServer.Servers;
using Ffc.DevServer.Streaming;

namespace Ffc.DevServer;

/// <summary>GET /: a page that shows flags, clients and insights. The browser reloads it every 2 seconds.</summary>
internal sealed class HomePage(
    DevProtocol protocol, StreamingEndpoint streaming, InsightsLog log, string flagsPath, bool control)
{
    private const int MaxEvents = 50;

    private static readonly (string Route, string Purpose)[] ControlRoutes =
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

    public Task GetAsync(HttpContext context)
    {
        var response = context.Response;
        response.ContentType = "text/html; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'";
        return response.WriteAsync(Render(log.Read(MaxEvents)), context.RequestAborted);
    }

    private static string Encode(string text) => HtmlEncoder.Default.Encode(text);

    private static void AppendTable(StringBuilder html, IEnumerable<string> head, IEnumerable<IEnumerable<string>> rows)
    {
        html.Append("<table>\n<tr>").AppendJoin("", head.Select(cell => $"<th>{Encode(cell)}</th>")).Append("</tr>\n");
        foreach (var row in rows)
            html.Append("<tr>").AppendJoin("", row.Select(cell => $"<td>{Encode(cell)}</td>")).Append("</tr>\n");
        html.Append("</table>\n");
    }

    private IEnumerable<string[]> ToRows(ReceivedEvent received)
    {
        var time = received.Time.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);
        var user = JsonView.Text(received.Content, "user", "keyId");
        var evaluations = protocol.ReadEvaluations(received.Content)
            .Select(item => new[] { time, user, item.FlagKey, item.Value, item.Reason });
        var metrics = JsonView.Items(received.Content, "metrics").Select(item => new[]
        {
            time, user, JsonView.Text(item, "eventName"), JsonView.Text(item, "numericValue"), "metric",
        });
        return evaluations.Concat(metrics);
    }

    private (string Route, string Purpose)[] Routes() =>
    [
        ("GET /streaming?token=…&type=server", "WebSocket: sends all flags, then every change"),
        ($"POST {protocol.TrackPath}", "receives insights"),
        .. protocol.LatestAllPath is { } path ? [($"GET {path}?timestamp=…", "returns the flags")] : ControlRoutes[..0],
        ("GET /insights?limit=…", "returns the insights as JSON"),
        ("DELETE /insights", "deletes the insights"),
        .. control ? ControlRoutes : [],
    ];

    private string RenderHead() => $$"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="refresh" content="2">
        <title>{{protocol.Name}} development server</title>
        <style>
        body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 62rem; padding: 0 1rem; color: #1d2430; }
        table { border-collapse: collapse; width: 100%; }
        th, td { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #d9dee6; }
        td { overflow-wrap: anywhere; }
        code { font: 13px ui-monospace, monospace; }
        </style>
        </head>
        <body>
        <h1>{{protocol.Name}} development server</h1>
        """;

    private string Render(InsightsView view)
    {
        var html = new StringBuilder(RenderHead());
        html.Append(CultureInfo.InvariantCulture, $"""

            <p><b>{streaming.FlagCount}</b> flags from <code>{Encode(flagsPath)}</code>.
            Edit the file to push changes to the clients.<br>
            <b>{streaming.Connections}</b> clients connected. <b>{view.Received}</b> insights in {view.Batches} batches.</p>
            <h2>Latest insights</h2>

            """);
        var rows = view.Events.Reverse().SelectMany(ToRows);
        AppendTable(html, ["received (UTC)", "user", "flag or metric", "value", "reason"], rows);
        html.Append("<h2>Endpoints</h2>\n");
        AppendTable(html, ["route", "purpose"], Routes().Select(route => new[] { route.Route, route.Purpose }));
        return html.Append("</body>\n</html>\n").ToString();
    }
}
