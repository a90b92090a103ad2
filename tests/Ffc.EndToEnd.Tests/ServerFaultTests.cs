using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Ffc.EndToEnd.Tests.Processes;
using Ffc.Tests;

namespace Ffc.EndToEnd.Tests;

/// <summary>The app starts when the server is unreachable or refuses the secret, and reports the fault.</summary>
public sealed class ServerFaultTests
{
    private const string OtherSecret = "b3RoZXIlMjAyNjAxMDEwMDAwMDBfXzFfXzFfXzFfX2RlZmF1bHRfMDAwMDE=";

    [Fact]
    public async Task A_wrong_secret_sets_the_state_to_Off_and_returns_defaults()
    {
        await using var server = await AppProcess.StartAsync("Ffc.DevServer", [], "--urls", "http://127.0.0.1:0");
        await using var app = await StartAppAsync(FlagService.Settings(server.BaseUri, OtherSecret));

        await Eventually.Is(() => GetStateAsync(app), state => state == "Off");

        await AssertNotReadyAsync(app, "4003");
        Assert.DoesNotContain(OtherSecret.TrimEnd('='), app.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_stream_degrades_an_instance_that_has_flags()
    {
        await using var server = await AppProcess.StartAsync("Ffc.DevServer", [], "--urls", "http://127.0.0.1:0");
        var settings = FlagService.Settings(server.BaseUri, OtherSecret);
        settings["Ffc__Bootstrap"] = """{"messageType":"data-sync","data":{"eventType":"full","featureFlags":[]}}""";
        await using var app = await StartAppAsync(settings);
        await Eventually.Is(() => GetStateAsync(app), state => state == "Off");

        var ready = await GetJsonAsync(app, "/api/health/ready");
        Assert.Equal("degraded", ready.GetProperty("status").GetString());
        Assert.Contains("4003", ready.GetProperty("stream").GetString(), StringComparison.Ordinal);
        Assert.False(ready.TryGetProperty("insights", out _));
    }

    [Fact]
    public async Task An_unreachable_server_keeps_the_state_at_Initializing_until_it_is_reachable()
    {
        var port = FindFreePort();
        await using var app = await StartAppAsync(FlagService.Settings(new Uri($"http://127.0.0.1:{port}")));
        await Eventually.Is(
            () => GetJsonAsync(app, "/api/status"),
            status => status.GetProperty("stream").GetProperty("lastError").ValueKind == JsonValueKind.Object);
        Assert.Equal("Initializing", await GetStateAsync(app));
        await AssertNotReadyAsync(app, "Initializing");

        await using var server = await AppProcess.StartAsync("Ffc.DevServer", [], "--urls", $"http://127.0.0.1:{port}");
        await Eventually.Is(() => FlagService.StatusOf(app, "/api/health/ready"), status => status == 200);
        await Eventually.Is(() => GetStateAsync(app), state => state == "OK");

        await server.KillAsync();
        await Eventually.Is(() => GetStateAsync(app), state => state == "Interrupted");
        var state = await FlagService.EvaluateAsync(app, "new-checkout", new { key = "u1", email = "u1@example.com" }, false);
        Assert.True(state.GetProperty("success").GetBoolean());
    }

    private static async Task<AppProcess> StartAppAsync(Dictionary<string, string> settings)
    {
        var app = await AppProcess.StartAsync("Ffc.Host", settings, "--urls", "http://127.0.0.1:0");
        app.Http.DefaultRequestHeaders.Add("x-functions-key", FlagService.FunctionKey);
        return app;
    }

    private static async Task AssertNotReadyAsync(AppProcess app, string expected)
    {
        using var ready = await app.Http.GetAsync("/api/health/ready");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.NotNull(ready.Headers.RetryAfter);
        Assert.Contains(expected, await ready.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        var state = await FlagService.EvaluateAsync(app, "new-checkout", new { key = "u1" }, "fallback");
        Assert.Equal("client not ready", state.GetProperty("message").GetString());
        Assert.Equal("fallback", state.GetProperty("data").GetProperty("variation").GetString());
    }

    private static async Task<string> GetStateAsync(AppProcess app) =>
        (await GetJsonAsync(app, "/api/status")).GetProperty("stream").GetProperty("state").GetString()!;

    private static Task<JsonElement> GetJsonAsync(AppProcess app, string path) => app.Http.GetFromJsonAsync<JsonElement>(path);

    private static int FindFreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
