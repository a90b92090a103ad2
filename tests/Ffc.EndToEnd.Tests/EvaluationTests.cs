using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Ffc.EndToEnd.Tests.Processes;
using Ffc.Tests;

namespace Ffc.EndToEnd.Tests;

/// <summary>Evaluations over HTTP with flags from a WebSocket, each in its own process.</summary>
public sealed class EvaluationTests(FlagService service) : IClassFixture<FlagService>
{
    private static readonly object User = new { key = "u1", email = "u1@example.com" };

    [Fact]
    public async Task An_evaluation_returns_value_and_reason()
    {
        var state = await FlagService.EvaluateAsync(service.App, "new-checkout", User, false);

        Assert.True(state.GetProperty("success").GetBoolean());
        Assert.Equal("OK", state.GetProperty("message").GetString());
        var data = state.GetProperty("data");
        Assert.Equal(1, data.GetProperty("id").GetInt32());
        Assert.Equal("rule match", data.GetProperty("reason").GetString());
        Assert.Equal(JsonValueKind.True, data.GetProperty("variation").ValueKind);
        Assert.Equal("new-checkout", data.GetProperty("keyName").GetString());
        Assert.Equal("New checkout", data.GetProperty("name").GetString());
    }

    [Fact]
    public async Task An_explanation_has_the_result_of_the_evaluation_and_its_steps()
    {
        var state = (await FlagService.EvaluateAsync(service.App, "new-checkout", User, false)).GetProperty("data");

        using var response = await service.App.Http.PostAsJsonAsync(
            "/api/explain/new-checkout", new { user = User }, TestContext.Current.CancellationToken);
        var explanation = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);

        Assert.Equal(state.GetProperty("reason").GetString(), explanation.GetProperty("reason").GetString());
        Assert.Equal(state.GetProperty("id").GetRawText(), explanation.GetProperty("variationId").GetString());
        Assert.Equal("None", explanation.GetProperty("error").GetString());
        var clause = explanation.GetProperty("rules").EnumerateArray().Last().GetProperty("clauses")[0];
        Assert.Equal(
            ("email", "u1@example.com", true),
            (clause.GetProperty("property").GetString(), clause.GetProperty("userValue").GetString(),
                clause.GetProperty("holds").GetBoolean()));
    }

    [Theory]
    [InlineData("new-checkout", "false", JsonValueKind.True)]
    [InlineData("new-checkout", "\"off\"", JsonValueKind.String)]
    [InlineData("new-checkout", "null", JsonValueKind.String)]
    [InlineData("search-page-size", "10", JsonValueKind.Number)]
    [InlineData("theme", "{}", JsonValueKind.Object)]
    public async Task The_variation_has_the_type_of_the_default(string flagKey, string defaultValue, JsonValueKind expected)
    {
        var json = JsonSerializer.Deserialize<JsonElement>(defaultValue);
        var state = await FlagService.EvaluateAsync(service.App, flagKey, User, json);

        Assert.True(state.GetProperty("success").GetBoolean());
        Assert.Equal(expected, state.GetProperty("data").GetProperty("variation").ValueKind);
    }

    [Fact]
    public async Task A_value_of_another_type_than_the_default_returns_the_default()
    {
        var state = await FlagService.EvaluateAsync(service.App, "welcome-text", User, 42);

        Assert.False(state.GetProperty("success").GetBoolean());
        Assert.Equal("wrong type", state.GetProperty("message").GetString());
        Assert.Equal(-1, state.GetProperty("data").GetProperty("id").GetInt32());
        Assert.Equal(42, state.GetProperty("data").GetProperty("variation").GetInt32());
    }

    [Fact]
    public async Task An_unknown_flag_returns_the_default_or_404_without_one()
    {
        var state = await FlagService.EvaluateAsync(service.App, "no-such-flag", User, "fallback");
        Assert.Equal("flag not found", state.GetProperty("message").GetString());
        Assert.Equal("fallback", state.GetProperty("data").GetProperty("variation").GetString());

        using var response = await service.App.Http.PostAsJsonAsync(
            "/api/evaluate/no-such-flag", new { user = User }, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
    }

    [Theory]
    [InlineData("no-such-flag", """{"a":[1,{"b":null}]}""")]
    [InlineData("no-such-flag", """[1,"two",{"three":3}]""")]
    [InlineData("no-such-flag", "1E-30")]
    [InlineData("welcome-text", """{"a":1}""")]
    public async Task A_default_is_returned_unchanged(string flagKey, string defaultValue)
    {
        var json = JsonSerializer.Deserialize<JsonElement>(defaultValue);
        var state = await FlagService.EvaluateAsync(service.App, flagKey, User, json);

        Assert.False(state.GetProperty("success").GetBoolean());
        Assert.Equal(defaultValue, state.GetProperty("data").GetProperty("variation").GetRawText());
    }

    [Fact]
    public async Task All_flags_are_evaluated_unless_keys_are_given()
    {
        var all = await EvaluateAllAsync(new { user = User });
        var keys = all.EnumerateArray().Select(detail => detail.GetProperty("keyName").GetString()).ToList();
        Assert.Contains("new-checkout", keys);
        Assert.True(keys.Count >= 10, $"expected about a dozen sample flags, but there are {keys.Count}");

        var some = await EvaluateAllAsync(new { user = User, keys = new[] { "theme", "no-such-flag" } });
        Assert.Equal("theme", Assert.Single(some.EnumerateArray()).GetProperty("keyName").GetString());
    }

    [Fact]
    public async Task An_edit_of_the_flags_file_reaches_the_app()
    {
        service.EditFlags(flags => flags.Find("upload-limit-mb")["ff"]!["status"] = "Disabled");
        await Eventually.Is(
            () => FlagService.EvaluateAsync(service.App, "upload-limit-mb", User, ""),
            state => state.GetProperty("data").GetProperty("reason").GetString() == "flag off");

        service.EditFlags(flags => flags.Remove(flags.Find("upload-limit-mb")));
        await Eventually.Is(
            () => FlagService.EvaluateAsync(service.App, "upload-limit-mb", User, ""),
            state => state.GetProperty("message").GetString() == "flag not found");
    }

    [Fact]
    public async Task The_status_shows_the_state_of_the_stream_and_the_data()
    {
        var status = await service.App.Http.GetFromJsonAsync<JsonElement>("/api/status", TestContext.Current.CancellationToken);

        Assert.Equal("OK", status.GetProperty("stream").GetProperty("state").GetString());
        Assert.Equal("stream", status.GetProperty("data").GetProperty("source").GetString());
        Assert.True(status.GetProperty("data").GetProperty("version").GetInt64() > 1_000_000_000_000);
        Assert.True(status.GetProperty("data").GetProperty("flags").GetInt32() > 0);
    }

    [Fact]
    public async Task Only_the_health_checks_need_no_function_key()
    {
        using var http = new HttpClient { BaseAddress = service.App.BaseUri };
        foreach (var (path, expected) in new[] { ("/api/health/live", 200), ("/api/health/ready", 200), ("/api/status", 401) })
        {
            using var response = await http.GetAsync(path, TestContext.Current.CancellationToken);
            Assert.Equal(expected, (int)response.StatusCode);
        }

        using var unauthorized = await http.PostAsJsonAsync(
            "/api/evaluate", new { user = User }, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, unauthorized.StatusCode);
        using var withKeyInQuery = await http.PostAsJsonAsync(
            $"/api/evaluate?code={FlagService.FunctionKey}", new { user = User }, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, withKeyInQuery.StatusCode);
    }

    private async Task<JsonElement> EvaluateAllAsync(object body)
    {
        using var response = await service.App.Http.PostAsJsonAsync("/api/evaluate", body);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("data");
    }
}
