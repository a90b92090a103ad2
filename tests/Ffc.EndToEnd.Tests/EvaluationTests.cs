using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Ffc.EndToEnd.Tests.Processes;
using Ffc.Tests;

namespace Ffc.EndToEnd.Tests;

/// <summary>Flags asked for over HTTP, answered from data that came over a WebSocket: separate processes, nothing shared.</summary>
public sealed class EvaluationTests(FlagService service) : IClassFixture<FlagService>
{
    private static readonly object Insider = new { key = "u1", email = "u1@example.com" };

    [Fact]
    public async Task A_flag_is_evaluated_with_its_reason()
    {
        var state = await FlagService.EvaluateAsync(service.App, "new-checkout", Insider, false);

        Assert.True(state.GetProperty("success").GetBoolean());
        Assert.Equal("OK", state.GetProperty("message").GetString());
        var data = state.GetProperty("data");
        Assert.Equal(1, data.GetProperty("id").GetInt32());
        Assert.Equal("rule match", data.GetProperty("reason").GetString());
        Assert.Equal(JsonValueKind.True, data.GetProperty("variation").ValueKind);
        Assert.Equal("new-checkout", data.GetProperty("keyName").GetString());
        Assert.Equal("New checkout", data.GetProperty("name").GetString());
    }

    [Theory]
    [InlineData("new-checkout", "false", JsonValueKind.True)]
    [InlineData("new-checkout", "\"off\"", JsonValueKind.String)]
    [InlineData("new-checkout", "null", JsonValueKind.String)]
    [InlineData("search-page-size", "10", JsonValueKind.Number)]
    [InlineData("theme", "{}", JsonValueKind.Object)]
    public async Task The_variation_has_the_type_of_the_default(string flagKey, string defaultValue, JsonValueKind expected)
    {
        var state = await FlagService.EvaluateAsync(service.App, flagKey, Insider, JsonSerializer.Deserialize<JsonElement>(defaultValue));

        Assert.True(state.GetProperty("success").GetBoolean());
        Assert.Equal(expected, state.GetProperty("data").GetProperty("variation").ValueKind);
    }

    [Fact]
    public async Task A_value_that_does_not_read_as_the_default_s_type_answers_the_default()
    {
        var state = await FlagService.EvaluateAsync(service.App, "welcome-text", Insider, 42);

        Assert.False(state.GetProperty("success").GetBoolean());
        Assert.Equal("wrong type", state.GetProperty("message").GetString());
        Assert.Equal(-1, state.GetProperty("data").GetProperty("id").GetInt32());
        Assert.Equal(42, state.GetProperty("data").GetProperty("variation").GetInt32());
    }

    [Fact]
    public async Task An_unknown_flag_answers_the_default_and_404_without_one()
    {
        var state = await FlagService.EvaluateAsync(service.App, "no-such-flag", Insider, "fallback");
        Assert.Equal("flag not found", state.GetProperty("message").GetString());
        Assert.Equal("fallback", state.GetProperty("data").GetProperty("variation").GetString());

        using var response = await service.App.Http.PostAsJsonAsync(
            "/api/evaluate/no-such-flag", new { user = Insider }, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
    }

    [Theory]
    [InlineData("no-such-flag", """{"a":[1,{"b":null}]}""")]
    [InlineData("no-such-flag", """[1,"two",{"three":3}]""")]
    [InlineData("no-such-flag", "1E-30")]
    [InlineData("welcome-text", """{"a":1}""")]
    public async Task A_default_is_answered_as_it_came(string flagKey, string defaultValue)
    {
        var state = await FlagService.EvaluateAsync(service.App, flagKey, Insider, JsonSerializer.Deserialize<JsonElement>(defaultValue));

        Assert.False(state.GetProperty("success").GetBoolean());
        Assert.Equal(defaultValue, state.GetProperty("data").GetProperty("variation").GetRawText());
    }

    [Fact]
    public async Task All_flags_are_evaluated_and_keys_choose_among_them()
    {
        var all = await EvaluateAllAsync(new { user = Insider });
        var keys = all.EnumerateArray().Select(detail => detail.GetProperty("keyName").GetString()).ToList();
        Assert.Contains("new-checkout", keys);
        Assert.True(keys.Count >= 10, $"The sample has about a dozen flags, got {keys.Count}.");

        var some = await EvaluateAllAsync(new { user = Insider, keys = new[] { "theme", "no-such-flag" } });
        Assert.Equal("theme", Assert.Single(some.EnumerateArray()).GetProperty("keyName").GetString());
    }

    [Fact]
    public async Task An_edit_of_the_flags_file_reaches_the_app_and_so_does_a_removal()
    {
        service.EditFlags(flags => flags.Single(flag => (string?)flag!["ff"]!["keyName"] == "upload-limit-mb")!["ff"]!["status"] = "Disabled");
        await Eventually.Is(
            () => FlagService.EvaluateAsync(service.App, "upload-limit-mb", Insider, ""),
            state => state.GetProperty("data").GetProperty("reason").GetString() == "flag off");

        service.EditFlags(flags => flags.Remove(flags.Single(flag => (string?)flag!["ff"]!["keyName"] == "upload-limit-mb")));
        await Eventually.Is(
            () => FlagService.EvaluateAsync(service.App, "upload-limit-mb", Insider, ""),
            state => state.GetProperty("message").GetString() == "flag not found");
    }

    [Fact]
    public async Task Status_tells_the_state_of_the_stream_and_the_data_in_force()
    {
        var status = await service.App.Http.GetFromJsonAsync<JsonElement>("/api/status", TestContext.Current.CancellationToken);

        Assert.Equal("OK", status.GetProperty("stream").GetProperty("state").GetString());
        Assert.Equal("stream", status.GetProperty("data").GetProperty("source").GetString());
        Assert.True(status.GetProperty("data").GetProperty("version").GetInt64() > 1_000_000_000_000);
        Assert.True(status.GetProperty("data").GetProperty("flags").GetInt32() > 0);
    }

    [Fact]
    public async Task Without_the_function_key_only_the_health_checks_answer()
    {
        using var stranger = new HttpClient { BaseAddress = service.App.BaseUri };
        foreach (var (path, expected) in new[] { ("/api/health/live", 200), ("/api/health/ready", 200), ("/api/status", 401) })
        {
            using var response = await stranger.GetAsync(path, TestContext.Current.CancellationToken);
            Assert.Equal(expected, (int)response.StatusCode);
        }

        using var refused = await stranger.PostAsJsonAsync("/api/evaluate", new { user = Insider }, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        using var byQuery = await stranger.PostAsJsonAsync(
            $"/api/evaluate?code={FlagService.FunctionKey}", new { user = Insider }, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, byQuery.StatusCode);
    }

    private async Task<JsonElement> EvaluateAllAsync(object body)
    {
        using var response = await service.App.Http.PostAsJsonAsync("/api/evaluate", body);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("data");
    }
}
