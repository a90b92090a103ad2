using System.Net.Http.Json;
using Ffc.DevServer;
using Ffc.EndToEnd.Tests.Processes;
using Ffc.Tests;

namespace Ffc.EndToEnd.Tests;

/// <summary>Metrics, traces and logs as the function app exports them over the network.</summary>
public sealed class TelemetryExportTests
{
    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_OTLP_endpoint_receives_telemetry_without_user_data()
    {
        await using var collector = await TelemetryCollector.StartAsync();
        await using var app = await StartAppAsync(new()
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Uri.ToString(),
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "300",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "300",
            ["OTEL_BLRP_SCHEDULE_DELAY"] = "300",
        });

        var metrics = await Eventually.Is(
            () => collector.Received("/v1/metrics"),
            text => ContainsAll(text, "ffc.insights.delivered", "ffc.insights.delivery.duration"));
        Assert.All(
            [
                "ffc.evaluations", "feature_flag.result.reason", "ffc.insights.queue.length", "ffc.insights.queued",
                "ffc.sync.connected", "ffc.data.age", "ffc.insights.refused",
            ],
            name => Assert.Contains(name, metrics, StringComparison.Ordinal));
        var traces = await Eventually.Is(
            () => collector.Received("/v1/traces"), text => ContainsAll(text, "feature_flag.evaluation", "ffc.insights.send"));
        Assert.All(
            ["feature_flag.key", "new-checkout", "feature_flag.provider.name", "feature_flag.result.variant", "ffc-functions"],
            name => Assert.Contains(name, traces, StringComparison.Ordinal));
        var logs = await Eventually.Is(
            () => collector.Received("/v1/logs"), text => ContainsAll(text, "Received flag data (full, from Stream)"));
        Assert.Contains("Ffc.Sdk.FfcClient", logs, StringComparison.Ordinal);
        AssertNoPrivateData(metrics + traces + logs);
    }

    [Fact]
    public async Task Application_Insights_receives_telemetry_without_user_data()
    {
        await using var collector = await TelemetryCollector.StartAsync();
        await using var app = await StartAppAsync(new()
        {
            ["APPLICATIONINSIGHTS_CONNECTION_STRING"] = $"InstrumentationKey={Guid.NewGuid()};IngestionEndpoint={collector.Uri}",
            ["APPLICATIONINSIGHTS_STATSBEAT_DISABLED"] = "true",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "300",
            ["OTEL_BLRP_SCHEDULE_DELAY"] = "300",
        });

        // The exporter samples traces. It sends metrics once a minute and when the app stops.
        await Eventually.Is(
            () => collector.Received("/v2.1/track"),
            text => ContainsAll(text, "Received flag data (full, from Stream)")
                && (ContainsAll(text, "RequestData") || ContainsAll(text, "RemoteDependencyData")));
        await app.TerminateAsync();
        var received = collector.Received("/v2.1/track");
        Assert.All(
            ["ffc.evaluations", "ffc.insights.queued", "ffc.insights.delivered"],
            name => Assert.Contains(name, received, StringComparison.Ordinal));
        AssertNoPrivateData(received);
    }

    [Fact]
    public async Task OpenTelemetry_is_not_loaded_without_an_exporter()
    {
        await using var app = await StartAppAsync([]);

        var loaded = await File.ReadAllTextAsync($"/proc/{app.Id}/maps", Test);
        Assert.Contains("Ffc.Sdk.dll", loaded, StringComparison.Ordinal);
        Assert.DoesNotContain("OpenTelemetry", loaded, StringComparison.Ordinal);
    }

    private static bool ContainsAll(string text, params string[] names) =>
        names.All(name => text.Contains(name, StringComparison.Ordinal));

    private static void AssertNoPrivateData(string exported) =>
        Assert.All(
            ["PRIVATE", FlagService.FunctionKey, DevServerOptions.DevelopmentSecret[..20]],
            text => Assert.DoesNotContain(text, exported, StringComparison.Ordinal));

    /// <summary>Starts an app with a development server inside and evaluates a flag for a user with private properties.</summary>
    private static async Task<AppProcess> StartAppAsync(Dictionary<string, string> settings)
    {
        settings["Ffc__Insights__FlushInterval"] = "00:00:00.2";
        var app = await AppProcess.StartAsync("Ffc.Host", settings, "--urls", "http://127.0.0.1:0");
        await Eventually.Is(() => FlagService.StatusOf(app, "/api/health/ready"), status => status == 200);
        using var response = await app.Http.PostAsJsonAsync(
            $"/api/evaluate/new-checkout?code={FlagService.FunctionKey}",
            new { user = new { key = "PRIVATE-1", email = "PRIVATE@example.com", PRIVATE = "PRIVATE" }, @default = false },
            Test);
        response.EnsureSuccessStatusCode();
        return app;
    }
}
