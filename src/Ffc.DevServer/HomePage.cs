using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Ffc.DevServer.Control;
using Ffc.DevServer.Insights;
using Ffc.DevServer.Streaming;

namespace Ffc.DevServer;

/// <summary>GET /: a page for people, with what is served, who listens and what came in. It reloads itself.</summary>
internal sealed class HomePage(StreamingEndpoint streaming, InsightsLog log, string flagsPath, bool control)
{
    private const int Shown = 50;

    private const string Head = """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="refresh" content="2">
        <title>FFC development server</title>
        <style>
        body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 62rem; padding: 0 1rem; color: #1d2430; }
        table { border-collapse: collapse; width: 100%; }
        th, td { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #d9dee6; }
        td { overflow-wrap: anywhere; }
        code { font: 13px ui-monospace, monospace; }
        </style>
        </head>
        <body>
        <h1>FFC development server</h1>
        """;

    private static readonly (string Route, string Purpose)[] Routes =
    [
        ("GET /streaming?token=…&type=server", "WebSocket: flags, and every change to them"),
        ("POST /api/public/track", "takes insights"),
        ("GET /insights?limit=…", "insights as JSON"),
        ("DELETE /insights", "forgets them"),
    ];

    private static readonly (string Route, string Purpose)[] ControlRoutes =
    [
        ("POST /control/track", $$"""how reports are answered: { {{ControlEndpoint.TrackModes}}, "status", "retryAfter" }"""),
        ("POST /control/streaming", """how streams are served: { "delayMs", "refuse" }"""),
        ("POST /control/push", "sends the body to every client as a text frame"),
        ("POST /control/drop", "cuts every connection"),
        ("GET /control/last-push", "when something was last pushed, in unix milliseconds"),
    ];

    public Task GetAsync(HttpContext context)
    {
        var response = context.Response;
        response.ContentType = "text/html; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'";
        return response.WriteAsync(Render(log.Read(Shown)), context.RequestAborted);
    }

    private static string Encode(string text) => HtmlEncoder.Default.Encode(text);

    private static void Table(StringBuilder html, IEnumerable<string> head, IEnumerable<IEnumerable<string>> rows)
    {
        html.Append("<table>\n<tr>").AppendJoin("", head.Select(cell => $"<th>{Encode(cell)}</th>")).Append("</tr>\n");
        foreach (var row in rows)
            html.Append("<tr>").AppendJoin("", row.Select(cell => $"<td>{Encode(cell)}</td>")).Append("</tr>\n");
        html.Append("</table>\n");
    }

    private static IEnumerable<string[]> Rows(ReceivedEvent received)
    {
        var time = received.Time.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);
        var user = Text(received.Content, "user", "keyId");
        var evaluations = Items(received.Content, "userVariations").Select(item => new[]
        {
            time, user, Text(item, "featureFlagKeyName"),
            Text(item, "variation", "variationValue"), Text(item, "variation", "reason"),
        });
        var metrics = Items(received.Content, "metrics").Select(item => new[]
        {
            time, user, Text(item, "eventName"), Text(item, "numericValue"), "metric",
        });
        return evaluations.Concat(metrics);
    }

    private static JsonElement.ArrayEnumerator Items(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : default;

    /// <summary>What stands at a path, as text; empty where there is nothing. Events may have any shape.</summary>
    private static string Text(JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
                return "";
        }

        return element.ToString();
    }

    private string Render(InsightsView view)
    {
        var html = new StringBuilder(Head);
        html.Append(CultureInfo.InvariantCulture, $"""

            <p><b>{streaming.FlagCount}</b> flags from <code>{Encode(flagsPath)}</code>: edit it, and clients follow.<br>
            <b>{streaming.Connections}</b> clients connected. <b>{view.Received}</b> insights in {view.Batches} batches.</p>
            <h2>Latest insights</h2>

            """);
        Table(html, ["received (UTC)", "user", "flag or metric", "value", "reason"], view.Events.Reverse().SelectMany(Rows));
        html.Append("<h2>Endpoints</h2>\n");
        var routes = control ? Routes.Concat(ControlRoutes) : Routes;
        Table(html, ["route", ""], routes.Select(route => new[] { route.Route, route.Purpose }));
        return html.Append("</body>\n</html>\n").ToString();
    }
}
