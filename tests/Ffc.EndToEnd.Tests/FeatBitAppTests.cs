using System.Net.Http.Json;
using System.Text.Json;
using Ffc.DevServer;
using Ffc.EndToEnd.Tests.Processes;
using Ffc.Tests;

namespace Ffc.EndToEnd.Tests;

/// <summary>The function app with flags of a FeatBit server.</summary>
public sealed class FeatBitAppTests
{
    private static readonly object User = new { key = "u1", email = "u1@example.com" };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_option_featbit_starts_a_development_server_of_FeatBit()
    {
        await using var app = await AppProcess.StartAsync("Ffc.Host", [], "--featbit", "--urls", "http://127.0.0.1:0");
        await Eventually.Holds(
            () => app.Output.Contains("the FeatBit development server serves the flags in", StringComparison.Ordinal));
        await Eventually.Is(() => StatusOf(app), status => status == 200);

        var data = await EvaluateAsync(app, "new-checkout", false);
        Assert.Equal("93d2dcd9-6ef5-5b5d-ac28-6eaa90836f2a", data.GetProperty("id").GetString());
        Assert.Equal("rule match", data.GetProperty("reason").GetString());
        Assert.True(data.GetProperty("variation").GetBoolean());
        Assert.Equal("", (await EvaluateAsync(app, "no-such-flag", false)).GetProperty("id").GetString());
        Assert.Equal("", (await EvaluateAsync(app, "summer-banner", false)).GetProperty("id").GetString());

        using var ofrep = await app.Http.PostAsJsonAsync(
            "/api/ofrep/v1/evaluate/flags/free-shipping-threshold", new { context = new { targetingKey = "u1" } }, Token);
        var result = await ofrep.Content.ReadFromJsonAsync<JsonElement>(Token);
        Assert.Equal(JsonValueKind.Number, result.GetProperty("value").ValueKind);
        Assert.Equal("SPLIT", result.GetProperty("reason").GetString());
        Assert.Equal(36, result.GetProperty("variant").GetString()!.Length);
    }

    [Fact]
    public async Task Insights_and_all_flags_use_the_ids_of_the_server()
    {
        await using var server = await FfcDevServer.StartAsync(
            new DevServerOptions { EnvSecret = DevServerOptions.FeatBitDevelopmentSecret, Urls = "http://127.0.0.1:0" }, Token);
        await using var app = await AppProcess.StartAsync(
            "Ffc.Host", FlagService.Settings(server.BaseUri, server.EnvSecret), "--urls", "http://127.0.0.1:0");
        app.Http.DefaultRequestHeaders.Add("x-functions-key", FlagService.FunctionKey);
        await Eventually.Is(() => StatusOf(app), status => status == 200);

        using var all = await app.Http.PostAsJsonAsync("/api/evaluate", new { user = User, track = true }, Token);
        var states = (await all.Content.ReadFromJsonAsync<JsonElement>(Token)).GetProperty("data");
        Assert.Equal(server.FlagCount, states.GetArrayLength());
        Assert.All(states.EnumerateArray(), state => Assert.Equal(36, state.GetProperty("id").GetString()!.Length));
        using var tracked = await app.Http.PostAsJsonAsync(
            "/api/track", new { user = User, metrics = new[] { new { eventName = "paid", numericValue = 2.5 } } }, Token);
        tracked.EnsureSuccessStatusCode();
        await Eventually.Holds(() => server.Events.Any(item => item.TryGetProperty("metrics", out _)));
        Assert.Equal(server.FlagCount, server.Events.Count(item => item.TryGetProperty("variations", out _)));

        var status = await app.Http.GetFromJsonAsync<JsonElement>("/api/status", Token);
        Assert.Equal("Ok", status.GetProperty("stream").GetProperty("state").GetString(), ignoreCase: true);
    }

    private static async Task<JsonElement> EvaluateAsync(AppProcess app, string key, bool defaultValue)
    {
        using var response = await app.Http.PostAsJsonAsync(
            $"/api/evaluate/{key}", new { user = User, @default = defaultValue }, Token);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonElement>(Token)).GetProperty("data");
    }

    private static async Task<int> StatusOf(AppProcess app)
    {
        using var response = await app.Http.GetAsync(new Uri("/api/health/ready", UriKind.Relative), Token);
        return (int)response.StatusCode;
    }
}
