using System.Text;

namespace Ffc.EndToEnd.Tests.Worker;

/// <summary>The requests to which both hosts must return the same response.</summary>
internal static class RequestTable
{
    private const string Evaluate = "/api/evaluate/new-checkout";
    private const string Ofrep = "/api/ofrep/v1/evaluate/flags";
    private const string User = """{"key":"u1","email":"ada@example.com","plan":"pro"}""";
    private const string Context = """{"context":{"targetingKey":"u1","email":"ada@example.com","plan":"pro"}}""";

    /// <summary>Flag keys whose characters have a meaning in a path, or need escapes.</summary>
    public static IReadOnlyList<string> OddKeys { get; } =
    [
        "a/b", "/a", "a/", "a//b", "a/../b", "a b", "100%", "a%20b", "a?b", "a#b", "a+b", "a&b=c", "a;b,c", "a:b@c", "a\\b",
        "\"a\"", "<b>", "{b}", "[b]", "a|b^c`d", "~a_b-c.d!e*f'(g)$", "é", "日本語", "𝄞", "a\u0301",
    ];

    public static IReadOnlyDictionary<string, HostRequest> Requests { get; } = new Dictionary<string, HostRequest>
    {
        ["live"] = HostRequest.Get("/api/health/live"),
        ["ready"] = HostRequest.Get("/api/health/ready"),
        ["OpenAPI"] = HostRequest.Get("/api/openapi.json"),
        ["get with a body"] = new("GET", "/api/health/live", "{}"u8.ToArray()),
        ["upper case path"] = HostRequest.Post("/API/Evaluate/new-checkout", $$"""{"user":{{User}},"default":false}"""),
        ["trailing slash"] = HostRequest.Post("/api/evaluate/", $$"""{"user":{{User}}}"""),
        ["query"] = HostRequest.Post($"{Evaluate}?a=b&c=%2F", $$"""{"user":{{User}},"default":false}"""),

        ["one flag, no default"] = HostRequest.Post(Evaluate, $$"""{"user":{{User}}}"""),
        ["one flag, null default"] = HostRequest.Post(Evaluate, $$"""{"user":{{User}},"default":null}"""),
        ["one flag, bool default"] = HostRequest.Post(Evaluate, $$"""{"user":{{User}},"default":false}"""),
        ["one flag, text default"] = HostRequest.Post("/api/evaluate/welcome-text", $$"""{"user":{{User}},"default":"é𝄞\n"}"""),
        ["one flag, number default"] = HostRequest.Post(
            "/api/evaluate/upload-limit-mb", $$"""{"user":{{User}},"default":1.50}"""),
        ["one flag, wrong type"] = HostRequest.Post("/api/evaluate/welcome-text", $$"""{"user":{{User}},"default":1e300}"""),
        ["one flag, object default"] = HostRequest.Post(
            "/api/evaluate/theme", $$$"""{"user":{{{User}}},"default":{"b":[1],"a":2}}"""),
        ["one flag, array default"] = HostRequest.Post("/api/evaluate/theme", $$"""{"user":{{User}},"default":[1, 2]}"""),
        ["unknown flag with default"] = HostRequest.Post("/api/evaluate/none", $$"""{"user":{{User}},"default":"a<b>&'"}"""),
        ["unknown flag"] = HostRequest.Post("/api/evaluate/none", $$"""{"user":{{User}}}"""),
        ["blank key"] = HostRequest.Post("/api/evaluate/%20", $$"""{"user":{{User}}}"""),
        ["key of 512 characters"] = HostRequest.Post($"/api/evaluate/{new string('k', 512)}", $$"""{"user":{{User}}}"""),
        ["key of 513 characters"] = HostRequest.Post($"/api/evaluate/{new string('k', 513)}", $$"""{"user":{{User}}}"""),

        ["explain"] = HostRequest.Post("/api/explain/new-checkout", $$"""{"user":{{User}}}"""),
        ["explain, unknown flag"] = HostRequest.Post("/api/explain/none", $$"""{"user":{{User}}}"""),
        ["explain, no user"] = HostRequest.Post("/api/explain/new-checkout", "{}"),

        ["all flags"] = HostRequest.Post("/api/evaluate", $$"""{"user":{{User}}}"""),
        ["all flags, tracked"] = HostRequest.Post("/api/evaluate", $$"""{"user":{{User}},"track":true}"""),
        ["some flags"] = HostRequest.Post("/api/evaluate", $$"""{"user":{{User}},"keys":["theme","none"]}"""),
        ["keys of a wrong type"] = HostRequest.Post("/api/evaluate", $$"""{"user":{{User}},"keys":[1]}"""),
        ["track of a wrong type"] = HostRequest.Post("/api/evaluate", $$"""{"user":{{User}},"track":1}"""),

        ["metrics"] = HostRequest.Post(
            "/api/track", $$"""{"user":{{User}},"metrics":[{"eventName":"buy","numericValue":1.5}]}"""),
        ["no metrics"] = HostRequest.Post("/api/track", $$"""{"user":{{User}}}"""),
        ["invalid metric"] = HostRequest.Post("/api/track", $$"""{"user":{{User}},"metrics":[{"eventName":" "}]}"""),
        ["metric too large"] = HostRequest.Post(
            "/api/track", $$"""{"user":{{User}},"metrics":[{"eventName":"buy","numericValue":1e999}]}"""),

        ["OFREP, one flag"] = HostRequest.Post($"{Ofrep}/upload-limit-mb", Context),
        ["OFREP, unknown flag"] = HostRequest.Post($"{Ofrep}/none", Context),
        ["OFREP, no context"] = HostRequest.Post($"{Ofrep}/upload-limit-mb", "{}"),
        ["OFREP, no targeting key"] = HostRequest.Post($"{Ofrep}/upload-limit-mb", """{"context":{}}"""),
        ["OFREP, not JSON"] = HostRequest.Post($"{Ofrep}/upload-limit-mb", "{"),
        ["OFREP, all flags"] = HostRequest.Post(Ofrep, Context),
        ["OFREP, all flags, from a page"] = HostRequest.Post(Ofrep, Context) with
        {
            Headers = new Dictionary<string, string> { ["Accept-Language"] = "de" },
        },
        ["OFREP, all flags, known tag"] = HostRequest.Post(Ofrep, Context) with
        {
            Headers = new Dictionary<string, string> { ["If-None-Match"] = "*" },
        },
        ["OFREP, all flags, other tag"] = HostRequest.Post(Ofrep, Context) with
        {
            Headers = new Dictionary<string, string> { ["If-None-Match"] = "\"other\", W/\"tags\"" },
        },
        ["OFREP, all flags, no context"] = HostRequest.Post(Ofrep, """{"context":1}"""),

        ["OFREP events, disabled"] = HostRequest.Get("/api/ofrep/v1/events"),

        ["no body"] = new("POST", Evaluate),
        ["empty body"] = HostRequest.Post(Evaluate, ""),
        ["not JSON"] = HostRequest.Post(Evaluate, """{"user":"""),
        ["no object"] = HostRequest.Post(Evaluate, "[]"),
        ["no user"] = HostRequest.Post(Evaluate, "{}"),
        ["no user key"] = HostRequest.Post(Evaluate, """{"user":{"name":"Ada"}}"""),
        ["nested user property"] = HostRequest.Post(Evaluate, """{"user":{"key":"u1","plan":{"a":1}}}"""),
        ["half a surrogate pair"] = HostRequest.Post(Evaluate, """{"user":{"key":"\ud800"}}"""),
        ["deep nesting"] = HostRequest.Post(
            Evaluate, $$"""{"user":{{User}},"default":{{new string('[', 100)}}{{new string(']', 100)}}}"""),
        ["invalid UTF-8"] = new("POST", Evaluate, [.. "{\"user\":{\"key\":\""u8, 0xC3, 0x28, .. "\"}}"u8]),
        ["byte order mark"] = HostRequest.Post(Evaluate, $$"""{{'\uFEFF'}}{"user":{{User}},"default":false}"""),
        ["only a byte order mark"] = HostRequest.Post(Evaluate, "\uFEFF"),
        ["UTF-16"] = new("POST", Evaluate, Encoding.Unicode.GetBytes($$"""{"user":{{User}}}""")),
        ["no content type"] = HostRequest.Post(Evaluate, $$"""{"user":{{User}},"default":false}""") with { ContentType = null },
        ["another JSON type"] = HostRequest.Post(Evaluate, $$"""{"user":{{User}},"default":false}""") with
        {
            ContentType = "application/vnd.api+json; charset=utf-8",
        },
        ["text"] = HostRequest.Post(Evaluate, $$"""{"user":{{User}},"default":false}""") with { ContentType = "text/plain" },
        ["form"] = HostRequest.Post(Evaluate, "user=u1") with { ContentType = "application/x-www-form-urlencoded" },
        ["gzip"] = HostRequest.Post(Evaluate, "{}") with
        {
            Headers = new Dictionary<string, string> { ["Content-Encoding"] = "gzip" },
        },
        ["more than 64 KiB"] = HostRequest.Post(Evaluate, $$$"""{"user":{"key":"{{{new string('x', 70_000)}}}"}}"""),
        ["more than 64 KiB, chunked"] = HostRequest.Post(Evaluate, $$$"""{"user":{"key":"{{{new string('x', 70_000)}}}"}}""") with
        {
            Headers = new Dictionary<string, string> { ["Transfer-Encoding"] = "chunked" },
        },
        ["chunked"] = HostRequest.Post(Evaluate, $$"""{"user":{{User}},"default":false}""") with
        {
            Headers = new Dictionary<string, string> { ["Transfer-Encoding"] = "chunked" },
        },
    };
}
