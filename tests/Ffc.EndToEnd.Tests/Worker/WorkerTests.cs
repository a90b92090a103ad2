using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Ffc.EndToEnd.Tests.Processes;
using Ffc.EndToEnd.Tests.Worker.Rpc;
using Ffc.Tests;

namespace Ffc.EndToEnd.Tests.Worker;

/// <summary>The published function app as a worker process of the Functions host.</summary>
public sealed class WorkerTests : IAsyncLifetime, IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ffc-worker-");
    private AppProcess _server = null!;

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    private string OutboxPath => Path.Combine(_folder.FullName, "outbox");

    private string SnapshotPath => Path.Combine(_folder.FullName, "snapshots");

    public async ValueTask InitializeAsync() => _server = await AppProcess.StartAsync(
        "Ffc.DevServer", [], "--urls", "http://127.0.0.1:0", "--control", "true");

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task The_host_loads_all_functions()
    {
        await using var host = await FunctionsHost.StartAsync(Settings());

        Assert.Equal(
            [
                "EvaluateAll", "EvaluateFlag", "Explain", "FlushInsights", "Live", "OfrepEvaluateFlag", "OfrepEvaluateFlags",
                "OfrepEvents", "OpenApi", "Ready", "Status", "Track",
            ],
            host.Functions.Select(function => function.Name).Order(StringComparer.Ordinal));
        Assert.Equal(
            "%Ffc:FlushSchedule%",
            host.Functions.Single(function => function.Name == "FlushInsights").Trigger.GetProperty("schedule").GetString());
        Assert.Equal(StatusResult.Types.Status.Success, host.Init.Result.Status);
        Assert.False(host.Init.Capabilities.ContainsKey("WorkerOpenTelemetryEnabled"));
    }

    [Fact]
    public async Task A_timer_run_flushes_the_insights()
    {
        await using var host = await StartReadyAsync();
        await EvaluateAsync(host, "u1");

        var result = await host.FireTimerAsync("FlushInsights");

        Assert.Equal(StatusResult.Types.Status.Success, result.Status);
        Assert.Equal(["u1"], await GetArrivedKeysAsync());
        Assert.All(host.Invocations, run => Assert.Equal(StatusResult.Types.Status.Success, run.Result.Status));
    }

    [Fact]
    public async Task A_terminated_worker_delivers_its_insights_within_the_grace_period()
    {
        await using var host = await StartReadyAsync();
        for (var i = 0; i < 120; i++)
            await EvaluateAsync(host, $"u{i}");

        var duration = await host.TerminateAsync();

        Assert.InRange(duration, TimeSpan.Zero, FunctionsHost.GracePeriod - TimeSpan.FromMilliseconds(500));
        Assert.Equal(0, host.Worker.ExitCode);
        Assert.Equal(Enumerable.Range(0, 120).Select(i => $"u{i}").Order(), (await GetArrivedKeysAsync()).Order());
    }

    [Fact]
    public async Task A_terminated_worker_stores_its_insights_in_the_outbox_when_the_server_hangs()
    {
        await using var host = await StartReadyAsync();
        await SetTrackResponseAsync(new { mode = "hang" });
        for (var i = 0; i < 120; i++)
            await EvaluateAsync(host, $"u{i}");

        var duration = await host.TerminateAsync();

        Assert.InRange(duration, TimeSpan.Zero, FunctionsHost.GracePeriod - TimeSpan.FromMilliseconds(500));
        Assert.Equal(0, host.Worker.ExitCode);
        Assert.NotEmpty(Directory.GetFiles(OutboxPath, "*.gz", SearchOption.AllDirectories));

        // The next worker delivers them with the first run of the timer.
        await SetTrackResponseAsync(new { mode = "ok" });
        await using var next = await StartReadyAsync();
        await Eventually.Is(
            async () =>
            {
                Assert.Equal(StatusResult.Types.Status.Success, (await next.FireTimerAsync("FlushInsights")).Status);
                return (await GetArrivedKeysAsync()).Distinct().Count();
            },
            count => count == 120);
    }

    [Fact]
    public async Task A_killed_worker_is_replaced_by_one_that_starts_from_the_snapshot()
    {
        await using (var first = await StartReadyAsync())
        {
            await Eventually.Holds(() => Directory.Exists(SnapshotPath) && Directory.GetFiles(SnapshotPath, "*.gz").Length == 1);
            await first.Worker.KillAsync();
            Assert.NotEqual(0, first.Worker.ExitCode);
        }

        // This server accepts the connection and sends nothing.
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var settings = Settings();
        settings["Ffc__StreamingUri"] = $"ws://{silent.LocalEndpoint}";
        await using var second = await FunctionsHost.StartAsync(settings);

        var ready = await Eventually.Is(
            async () => (await HostRequest.Get("/api/health/ready").SendAsync(second.Http, Test)).Body,
            body => body.Contains("\"source\":\"snapshot\"", StringComparison.Ordinal));
        Assert.Contains("snapshotAgeSeconds", ready, StringComparison.Ordinal);
        Assert.True(await EvaluateAsync(second, "u1"));
        var evaluated = await HostRequest.Post("/api/evaluate/new-checkout", """{"user":{"key":"u1"}}""")
            .SendAsync(second.Http, Test);
        Assert.Contains("Ffc-Data-Source: snapshot", evaluated.Headers, StringComparison.Ordinal);
        var ofrep = await HostRequest.Post("/api/ofrep/v1/evaluate/flags", """{"context":{"targetingKey":"u1"}}""")
            .SendAsync(second.Http, Test);
        Assert.Contains("\"stale\":true", ofrep.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_worker_sends_its_log_entries_to_the_host_without_secrets()
    {
        var settings = Settings();
        settings["Ffc__EnvSecrte"] = "PRIVATE";
        await using var host = await FunctionsHost.StartAsync(settings);
        await HostRequest.Post("/api/evaluate?code=PRIVATE", """{"user":{"key":"PRIVATE"}}""").SendAsync(host.Http, Test);

        var warning = await Eventually.Is(
            () => host.Logs.FirstOrDefault(log => log.Message.Contains("Ffc:EnvSecrte", StringComparison.Ordinal)),
            log => log is not null);

        Assert.Equal(
            ("Ffc.Sdk.FfcHostedService", RpcLog.Types.Level.Warning), (warning!.Category, warning.Level));
        Assert.DoesNotContain(host.Logs, log => log.Message.Contains("PRIVATE", StringComparison.Ordinal));
        Assert.DoesNotContain(host.Logs, log => log.Level >= RpcLog.Types.Level.Error);
    }

    // The Functions host drops these log entries, and shows the console of the worker.
    [Fact]
    public async Task Warnings_between_invocations_are_written_to_the_console_when_there_is_no_exporter()
    {
        var settings = Settings();
        settings["Ffc__EnvSecrte"] = "PRIVATE";
        settings["Ffc__EnvSecret"] = "b3RoZXIlMjAyNjAxMDEwMDAwMDBfXzFfXzFfXzFfX2RlZmF1bHRfMDAwMDE=";
        await using var host = await FunctionsHost.StartAsync(settings);

        var output = await Eventually.Is(
            () => host.Worker.Output,
            output => output.Contains("warn: Ffc.Sdk.FfcHostedService", StringComparison.Ordinal)
                && output.Contains("4003", StringComparison.Ordinal));

        Assert.DoesNotContain("info:", output, StringComparison.Ordinal);
        Assert.DoesNotContain("PRIVATE", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_worker_creates_no_encryption_keys()
    {
        var settings = Settings();
        settings["HOME"] = _folder.FullName;
        await using var host = await FunctionsHost.StartAsync(settings);
        await Eventually.Is(
            async () => (await HostRequest.Get("/api/health/ready").SendAsync(host.Http, Test)).Status, status => status == 200);

        // Other services create the folder, which takes no time.
        Assert.Empty(_folder.GetFiles("key-*.xml", SearchOption.AllDirectories));
    }

    // The Functions host replaces a worker only if its exit status is not 0.
    [Fact]
    public async Task SIGTERM_ends_the_worker_with_another_status_after_it_delivered_its_insights()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signals.");
        await using var host = await StartReadyAsync();
        await EvaluateAsync(host, "u1");

        var duration = await host.Worker.TerminateAsync();

        Assert.InRange(duration, TimeSpan.Zero, FunctionsHost.GracePeriod);
        Assert.Equal(143, host.Worker.ExitCode);
        Assert.Equal(["u1"], await GetArrivedKeysAsync());
    }

    private static async Task<bool> EvaluateAsync(FunctionsHost host, string userKey)
    {
        var user = new { key = userKey, email = "ada@example.com" };
        using var response = await host.Http.PostAsJsonAsync(
            "/api/evaluate/new-checkout", new { user, @default = false }, Test);
        var state = await response.Content.ReadFromJsonAsync<JsonElement>(Test);
        Assert.True(state.GetProperty("success").GetBoolean(), state.ToString());
        return state.GetProperty("data").GetProperty("variation").GetBoolean();
    }

    // The insights are sent only by the timer or the stop.
    private Dictionary<string, string> Settings() => new(FlagService.Settings(_server.BaseUri))
    {
        ["Ffc__FlushSchedule"] = "0 0 0 29 2 *",
        ["Ffc__Insights__FlushInterval"] = "00:10:00",
        ["Ffc__Insights__BatchSize"] = "50",
        ["Ffc__Outbox__Path"] = OutboxPath,
        ["Ffc__Snapshot__Path"] = SnapshotPath,
        ["Ffc__Snapshot__MinWriteInterval"] = "00:00:00.2",
    };

    private async Task<FunctionsHost> StartReadyAsync()
    {
        var host = await FunctionsHost.StartAsync(Settings());
        await Eventually.Is(
            async () => (await HostRequest.Get("/api/health/ready").SendAsync(host.Http, Test)).Body,
            body => body.Contains("\"source\":\"stream\"", StringComparison.Ordinal));
        return host;
    }

    private async Task SetTrackResponseAsync(object trackControl)
    {
        using var response = await _server.Http.PostAsJsonAsync("/control/track", trackControl, Test);
        response.EnsureSuccessStatusCode();
    }

    private async Task<List<string>> GetArrivedKeysAsync()
    {
        var insights = await _server.Http.GetFromJsonAsync<JsonElement>("/insights", Test);
        return
        [
            .. insights.GetProperty("events").EnumerateArray()
                .Select(item => item.GetProperty("user").GetProperty("keyId").GetString()!),
        ];
    }
}
