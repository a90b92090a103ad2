using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Ffc.EndToEnd.Tests.Processes;
using Ffc.Tests;

namespace Ffc.EndToEnd.Tests;

/// <summary>A server that refuses, and one that is not there: the app starts all the same and says what is the matter.</summary>
public sealed class ServerFaultTests
{
    private const string OtherSecret = "b3RoZXIlMjAyNjAxMDEwMDAwMDBfXzFfXzFfXzFfX2RlZmF1bHRfMDAwMDE=";

    [Fact]
    public async Task With_a_wrong_secret_the_state_is_Off_and_defaults_are_answered()
    {
        await using var server = await AppProcess.StartAsync("Ffc.DevServer", [], "--urls", "http://127.0.0.1:0");
        await using var app = await StartAppAsync(FlagService.Settings(server.BaseUri, OtherSecret));

        await Eventually.Is(() => StateOf(app), state => state == "Off");

        await AssertNotReadyAsync(app, "4003");
        Assert.DoesNotContain(OtherSecret.TrimEnd('='), app.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_the_server_down_the_state_is_Initializing_and_it_recovers_by_itself()
    {
        var port = FreePort();
        await using var app = await StartAppAsync(FlagService.Settings(new Uri($"http://127.0.0.1:{port}")));
        await Eventually.Is(() => Body(app, "/api/status"), body => body.GetProperty("stream").GetProperty("lastError").ValueKind == JsonValueKind.Object);
        Assert.Equal("Initializing", await StateOf(app));
        await AssertNotReadyAsync(app, "Initializing");

        await using var server = await AppProcess.StartAsync("Ffc.DevServer", [], "--urls", $"http://127.0.0.1:{port}");
        await Eventually.Is(() => FlagService.StatusOf(app, "/api/health/ready"), status => status == 200);
        await Eventually.Is(() => StateOf(app), state => state == "OK");

        await server.KillAsync();
        await Eventually.Is(() => StateOf(app), state => state == "Interrupted");
        var state = await FlagService.EvaluateAsync(app, "new-checkout", new { key = "u1", email = "u1@example.com" }, false);
        Assert.True(state.GetProperty("success").GetBoolean());
    }

    [Theory]
    [InlineData("Ffc__EnvSecret", "not base64!", "Ffc:EnvSecret")]
    [InlineData("Ffc__Streaming__PingInterval", "00:00:00", "Ffc:Streaming:PingInterval")]
    [InlineData("Ffc__StartWait", "soon", "Ffc:StartWait")]
    public async Task A_bad_setting_stops_the_start_with_a_message_that_names_it(string name, string value, string expected)
    {
        var settings = FlagService.Settings(new Uri("http://127.0.0.1:1"));
        settings[name] = value;

        await using var app = await AppProcess.RunToEndAsync("Ffc.Host", settings, "--urls", "http://127.0.0.1:0");

        AssertEndedByError(app, expected);
        if (name == "Ffc__EnvSecret")
            Assert.DoesNotContain(value, app.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_taken_ends_the_start_with_a_message_that_names_it()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var url = $"http://{taken.LocalEndpoint}";

        await using var app = await AppProcess.RunToEndAsync("Ffc.Host", [], "--urls", url);

        AssertEndedByError(app, url);
    }

    [Fact]
    public async Task A_host_that_others_could_reach_without_a_key_ends_with_what_to_set()
    {
        await using var app = await AppProcess.RunToEndAsync("Ffc.Host", [], "--urls", "http://0.0.0.0:0");

        AssertEndedByError(app, "Ffc__FunctionKey");
    }

    // One line that says what to do, and no report of a crash.
    private static void AssertEndedByError(AppProcess app, string expected)
    {
        Assert.Equal(1, app.ExitCode);
        Assert.Contains(app.Output.Split('\n'), line => line.StartsWith("error: ", StringComparison.Ordinal) && line.Contains(expected, StringComparison.Ordinal));
        Assert.DoesNotContain("Unhandled exception", app.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("crit:", app.Output, StringComparison.Ordinal);
    }

    private static async Task<AppProcess> StartAppAsync(Dictionary<string, string> settings)
    {
        var app = await AppProcess.StartAsync("Ffc.Host", settings, "--urls", "http://127.0.0.1:0");
        app.Http.DefaultRequestHeaders.Add("x-functions-key", FlagService.FunctionKey);
        return app;
    }

    private static async Task AssertNotReadyAsync(AppProcess app, string why)
    {
        using var ready = await app.Http.GetAsync("/api/health/ready");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.NotNull(ready.Headers.RetryAfter);
        Assert.Contains(why, await ready.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        var state = await FlagService.EvaluateAsync(app, "new-checkout", new { key = "u1" }, "mine");
        Assert.Equal("client not ready", state.GetProperty("message").GetString());
        Assert.Equal("mine", state.GetProperty("data").GetProperty("variation").GetString());
    }

    private static async Task<string> StateOf(AppProcess app) =>
        (await Body(app, "/api/status")).GetProperty("stream").GetProperty("state").GetString()!;

    private static Task<JsonElement> Body(AppProcess app, string path) => app.Http.GetFromJsonAsync<JsonElement>(path);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
