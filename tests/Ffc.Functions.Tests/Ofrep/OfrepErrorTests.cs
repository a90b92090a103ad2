using System.Net.Http.Json;
using System.Text.Json;
using Ffc.Sdk.Tests.TestData;

namespace Ffc.Functions.Tests.Ofrep;

public sealed class OfrepErrorTests
{
    private const string HalfPair = "half of a surrogate pair at ";

    public static TheoryData<string, int, string, string> Bodies => new()
    {
        { "", 400, "PARSE_ERROR", "empty" },
        { "{", 400, "PARSE_ERROR", "invalid JSON at line 1, byte 2" },
        { "[]", 400, "PARSE_ERROR", "must be a JSON object" },
        { """{"\ud800context":1}""", 400, "PARSE_ERROR", HalfPair + "line 1, byte 2" },
        { "{}", 400, "INVALID_CONTEXT", "context is missing" },
        { """{"context":null}""", 400, "INVALID_CONTEXT", "context is missing" },
        { """{"context":"ada"}""", 400, "INVALID_CONTEXT", "context must be a JSON object" },
        { """{"context":{}}""", 400, "TARGETING_KEY_MISSING", "targetingKey" },
        { """{"context":{"targetingKey":null}}""", 400, "TARGETING_KEY_MISSING", "targetingKey" },
        { """{"context":{"targetingKey":""}}""", 400, "TARGETING_KEY_MISSING", "targetingKey" },
        { """{"context":{"targetingKey":"  "}}""", 400, "TARGETING_KEY_MISSING", "targetingKey" },
        { """{"context":{"key":"ada"}}""", 400, "TARGETING_KEY_MISSING", "targetingKey" },
        { """{"context":{"targetingKey":7}}""", 400, "INVALID_CONTEXT", "context.targetingKey must be a string" },
        { """{"context":{"targetingKey":"ada","email":7}}""", 400, "INVALID_CONTEXT", "context.email must be a string" },
        { """{"context":{"targetingKey":"ada","name":{}}}""", 400, "INVALID_CONTEXT", "context.name must be a string" },
        { """{"context":{"targetingKey":"ada","country":" "}}""", 400, "INVALID_CONTEXT", "context.country must not be blank" },
        { """{"context":{"targetingKey":"ada","plan":"\udc00"}}""", 400, "PARSE_ERROR", HalfPair + "line 1, byte 41" },
        { """{"context":{"targetingKey":"ada","\udc00":1}}""", 400, "PARSE_ERROR", HalfPair + "line 1, byte 34" },
        { $$$"""{"context":{"targetingKey":"{{{new string('x', 70_000)}}}"}}""", 413, "GENERAL", "64 KiB" },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task Both_functions_return_the_error_code_of_the_protocol_when_the_request_is_invalid(
        string body, int status, string code, string details)
    {
        await using var app = await OfrepApp.StartAsync(new FlagJson("flag"));

        foreach (var flagKey in new[] { "flag", null })
        {
            var answer = await app.PostTextAsync(flagKey, body);

            Assert.Equal(status, answer.Status);
            AssertError(answer.Body, flagKey, code, details);
        }
    }

    [Theory]
    [InlineData("no-such-flag", "no-such-flag")]
    [InlineData("%20", " ")]
    [InlineData("FLAG", "FLAG")]
    [InlineData("fl%C3%A4g", "fläg")]
    public async Task Returns_404_when_the_flag_is_unknown(string inPath, string flagKey)
    {
        await using var app = await OfrepApp.StartAsync(new FlagJson("flag"));

        var answer = await app.PostTextAsync(inPath, """{"context":{"targetingKey":"ada"}}""");

        Assert.Equal(404, answer.Status);
        AssertError(answer.Body, flagKey, "FLAG_NOT_FOUND", "No flag has this key");
    }

    [Fact]
    public async Task Single_and_bulk_evaluation_return_an_error_when_the_variation_was_deleted()
    {
        await using var app = await OfrepApp.StartAsync(
            new FlagJson("good"), new FlagJson("malformed").Disabled().Set("ff.variationOptionWhenDisabled", null));

        var one = await app.PostTextAsync("malformed", """{"context":{"targetingKey":"ada"}}""");
        var all = await app.PostTextAsync(null, """{"context":{"targetingKey":"ada"}}""");

        Assert.Equal((400, 200), (one.Status, all.Status));
        AssertError(one.Body, "malformed", "PARSE_ERROR", "the variation of this user was deleted");
        var flags = all.Body.GetProperty("flags");
        Assert.Equal(["good", "malformed"], flags.EnumerateArray().Select(flag => flag.GetProperty("key").GetString()));
        Assert.Equal("on", flags[0].GetProperty("value").GetString());
        AssertError(flags[1], "malformed", "PARSE_ERROR", "the variation of this user was deleted");
    }

    [Fact]
    public async Task Returns_415_when_the_content_type_is_not_JSON()
    {
        // Without a key, the host refuses the request before the function does.
        await using var app = await OfrepApp.StartAsync(MessageJson.Full(new FlagJson("flag")), "--Ffc:FunctionKey", "a-key");
        app.Host.Client.DefaultRequestHeaders.Add("x-functions-key", "a-key");

        var answer = await app.PostTextAsync("flag", """{"context":{"targetingKey":"ada"}}""", "text/plain");

        Assert.Equal(415, answer.Status);
        AssertError(answer.Body, "flag", "GENERAL", "application/json");
    }

    [Fact]
    public async Task Returns_503_with_a_retry_delay_when_there_is_no_flag_data()
    {
        await using var app = await OfrepApp.StartAsync(data: null);

        foreach (var path in new[] { "api/ofrep/v1/evaluate/flags/flag", "api/ofrep/v1/evaluate/flags" })
        {
            using var response = await app.Host.Client.PostAsJsonAsync(
                path, new { context = new { targetingKey = "ada" } }, TestContext.Current.CancellationToken);

            Assert.Equal(503, (int)response.StatusCode);
            Assert.Equal(TimeSpan.FromSeconds(1), response.Headers.RetryAfter?.Delta);
            var body = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
            AssertError(body, path.EndsWith("/flag", StringComparison.Ordinal) ? "flag" : null, "GENERAL", "client not ready");
        }
    }

    private static void AssertError(JsonElement body, string? flagKey, string code, string details)
    {
        Assert.Equal(code, body.GetProperty("errorCode").GetString());
        Assert.Contains(details, body.GetProperty("errorDetails").GetString(), StringComparison.Ordinal);
        Assert.Equal(flagKey, body.TryGetProperty("key", out var key) ? key.GetString() : null);
    }
}
