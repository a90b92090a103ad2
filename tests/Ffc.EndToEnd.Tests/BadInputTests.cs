using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Ffc.EndToEnd.Tests.Processes;

namespace Ffc.EndToEnd.Tests;

/// <summary>
/// Invalid input returns a 4xx problem that names the fault, logs nothing, and does not affect the next request.
/// </summary>
public sealed class BadInputTests(FlagService service) : IClassFixture<FlagService>
{
    private const string GoodUser = """{"key":"u1"}""";

    public static TheoryData<string, string, int, string> Bodies => new()
    {
        { "no body", "", 400, "empty" },
        { "not JSON", "{", 400, "invalid JSON at line 1, byte 2" },
        { "no object", "[]", 400, "JSON object" },
        { "no user", "{}", 400, "user is missing" },
        { "a null user", """{"user":null}""", 400, "user is missing" },
        { "a number for a user", """{"user":1}""", 400, "user must be a JSON object" },
        { "no key", """{"user":{}}""", 400, "user.key" },
        { "a blank key", """{"user":{"key":"  "}}""", 400, "user.key" },
        { "a number for a key", """{"user":{"key":7}}""", 400, "user.key must be a string" },
        { "a blank name", """{"user":{"key":"u1","name":" "}}""", 400, "user.name" },
        { "an object for a property", """{"user":{"key":"u1","plan":{"a":1}}}""", 400, "user.plan" },
        { "an array for a property", """{"user":{"key":"u1","plan":[1]}}""", 400, "user.plan" },
        { "half a surrogate pair", """{"user":{"key":"\ud800"}}""", 400, "half of a surrogate pair at line 1, byte 16" },
        {
            "half a surrogate pair for a default", """{"user":{"key":"u1"},"default":"\udc00"}""", 400,
            "half of a surrogate pair at line 1, byte 32"
        },
        {
            "half a surrogate pair in a name", """{"\ud800user":1,"user":{"key":"u1"}}""", 400,
            "half of a surrogate pair at line 1, byte 2"
        },
        { "a number too large for a default", """{"user":{"key":"u1"},"default":1e999}""", 400, "default is too large a number" },
        {
            "deep nesting", $$"""{"user":{"key":"u1"},"default":{{new string('[', 1000)}}{{new string(']', 1000)}}}""", 400,
            "levels deep"
        },
        { "a large body", $$$"""{"user":{"key":"{{{new string('x', 1024 * 1024)}}}"}}""", 413, "64 KiB" },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task Returns_a_problem_that_names_the_fault_when_the_body_is_invalid(
        string description, string body, int status, string fault)
    {
        using var response = await PostAsync("/api/evaluate/new-checkout", Json(Encoding.UTF8.GetBytes(body)));

        await AssertProblemAsync(response, status, fault, description);
    }

    [Fact]
    public async Task Returns_400_when_the_body_is_not_valid_UTF_8()
    {
        byte[] body = [.. "{\"user\":{\"key\":\""u8, 0xC3, 0x28, .. "\"}}"u8];

        using var response = await PostAsync("/api/evaluate/new-checkout", Json(body));

        await AssertProblemAsync(response, 400, "UTF-8");
    }

    [Theory]
    [InlineData("""{"a":"\ud800"}""")]
    [InlineData("""["\udc00",{"\ud800":1}]""")]
    public async Task Returns_400_when_a_nested_value_of_the_default_has_half_of_a_surrogate_pair(string defaultValue)
    {
        var body = $$"""{"user":{{GoodUser}},"default":{{defaultValue}}}""";

        using var response = await PostAsync("/api/evaluate/no-such-flag", Json(Encoding.UTF8.GetBytes(body)));

        await AssertProblemAsync(response, 400, "half of a surrogate pair");
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/json; charset=utf-16")]
    public async Task Returns_415_when_the_content_type_is_not_JSON_in_UTF_8(string contentType)
    {
        var content = Json(Encoding.UTF8.GetBytes($$"""{"user":{{GoodUser}}}"""));
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);

        using var response = await PostAsync("/api/evaluate/new-checkout", content);

        await AssertProblemAsync(response, 415, "application/json");
    }

    [Theory]
    [InlineData(10_000, 400)]
    [InlineData(513, 400)]
    [InlineData(512, 404)]
    public async Task Returns_400_when_the_flag_key_is_too_long(int length, int status)
    {
        using var response = await PostAsync(
            $"/api/evaluate/{new string('k', length)}", Json(Encoding.UTF8.GetBytes($$"""{"user":{{GoodUser}}}""")));

        var fault = status == 400 ? "flagKey must not be longer than 512" : "No flag has this key";
        await AssertProblemAsync(response, status, fault);
    }

    [Theory]
    [InlineData("""{"user":{"key":"u1"},"keys":"theme"}""", "keys must be an array")]
    [InlineData("""{"user":{"key":"u1"},"keys":["theme",1]}""", "keys[1] must be a string")]
    public async Task Returns_400_when_keys_is_not_an_array_of_strings(string body, string fault)
    {
        using var response = await PostAsync("/api/evaluate", Json(Encoding.UTF8.GetBytes(body)));

        await AssertProblemAsync(response, 400, fault);
    }

    [Theory]
    [InlineData("GET", "/api/evaluate/new-checkout", 405)]
    [InlineData("POST", "/api/no-such-route", 404)]
    [InlineData("POST", "/", 404)]
    public async Task Returns_a_problem_when_method_or_route_is_wrong(string method, string path, int status)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var response = await service.App.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
    }

    [Theory]
    [InlineData("/api/evaluate/new-checkout", 413, false)]
    [InlineData("/api/evaluate/new-checkout", 413, true)]
    [InlineData("/api/ofrep/v1/evaluate/flags", 413, true)]
    [InlineData("/api/no-such-route", 404, false)]
    public async Task The_connection_stays_open_when_the_body_is_far_too_large(string path, int status, bool isChunked)
    {
        var connections = 0;
        using var handler = new SocketsHttpHandler { MaxConnectionsPerServer = 1, ConnectCallback = ConnectAsync };
        using var http = new HttpClient(handler) { BaseAddress = service.App.BaseUri };
        http.DefaultRequestHeaders.Add("x-functions-key", FlagService.FunctionKey);
        for (var i = 0; i < 3; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = Json(new byte[4 * 1024 * 1024]) };
            request.Headers.TransferEncodingChunked = isChunked;
            using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(status, (int)response.StatusCode);
        }

        Assert.Equal(1, connections);
        Assert.DoesNotContain("fail:", service.App.Output, StringComparison.Ordinal);

        async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
        {
            connections++;
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
    }

    private static ByteArrayContent Json(byte[] body)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }

    private Task<HttpResponseMessage> PostAsync(string path, HttpContent content) =>
        service.App.Http.PostAsync(path, content, TestContext.Current.CancellationToken);

    private async Task AssertProblemAsync(HttpResponseMessage response, int status, string fault, string description = "")
    {
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(status == (int)response.StatusCode, $"{description}: {(int)response.StatusCode} {body}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = JsonSerializer.Deserialize<JsonElement>(body);
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        Assert.Contains(fault, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);

        var user = new { key = "u1", email = "u1@example.com" };
        var good = await FlagService.EvaluateAsync(service.App, "new-checkout", user, false);
        Assert.True(good.GetProperty("success").GetBoolean());
        Assert.DoesNotContain("fail:", service.App.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("crit:", service.App.Output, StringComparison.Ordinal);
    }
}
