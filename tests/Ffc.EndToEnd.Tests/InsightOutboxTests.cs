using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Azure.Storage.Blobs.Models;
using Ffc.EndToEnd.Tests.Processes;
using Ffc.Sdk;
using Ffc.Tests;

namespace Ffc.EndToEnd.Tests;

/// <summary>The outbox in Azurite, shared by instances of the function app.</summary>
public sealed class InsightOutboxTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_instances_that_drain_one_outbox_send_each_batch_once()
    {
        await using var scenario = await InsightScenario.StartAsync(azurite.ConnectionString);
        await scenario.Outbox.CreateAsync(cancellationToken: Test);
        await Parallel.ForAsync(0, 500, Test, async (number, token) =>
        {
            var events = Encoding.UTF8.GetBytes($$$"""[{"user":{"keyId":"{{{number}}}"}}]""");
            var batch = new InsightBatch($"batch-{number:D3}", "1__1__1", 1, events);
            var blobName = $"v1/{batch.Environment}/{batch.Id}.jsonl.gz";
            await scenario.Outbox.UploadBlobAsync(blobName, BinaryData.FromBytes(batch.Pack()), token);
        });

        var apps = await Task.WhenAll(scenario.StartDrainingAppAsync(), scenario.StartDrainingAppAsync());
        await Eventually.Is(() => InsightScenario.CountBlobsAsync(scenario.Outbox), count => count < 250);
        await Eventually.Is(() => InsightScenario.CountBlobsAsync(scenario.Outbox), count => count == 0);

        var arrived = await scenario.GetArrivedKeysAsync();
        Assert.Equal((500, 500), (arrived.Count, arrived.Distinct().Count()));
        foreach (var app in apps)
            Assert.InRange((await InsightScenario.GetInsightsAsync(app)).GetProperty("delivered").GetInt32(), 1, 499);
    }

    [Fact]
    public async Task A_storage_outage_neither_stops_evaluations_nor_loses_insights()
    {
        await using var storage = await Azurite.StartRestartableAsync();
        await using var scenario = await InsightScenario.StartAsync(storage.ConnectionString);
        var app = await scenario.StartDrainingAppAsync(("Ffc__Insights__FlushInterval", "00:00:00.2"));

        await storage.StopAsync();
        await scenario.EvaluateAsync(app, 60);
        await Eventually.Is(scenario.GetArrivedKeysAsync, keys => keys.Count == 60);
        var outbox = (await InsightScenario.GetInsightsAsync(app)).GetProperty("outbox");
        Assert.Equal(JsonValueKind.Null, outbox.GetProperty("batches").ValueKind);
        Assert.Contains("cannot be reached", outbox.GetProperty("problem").GetString(), StringComparison.Ordinal);

        // Neither server nor storage accepts insights; they stay in memory.
        await scenario.SetTrackResponseAsync(new { mode = "status", status = 503 });
        await scenario.EvaluateAsync(app, 60);
        Assert.Equal(60, scenario.Evaluated.Count - (await scenario.GetArrivedKeysAsync()).Count);

        await storage.RestartAsync();
        await Eventually.Is(() => InsightScenario.CountBlobsAsync(scenario.Outbox), count => count > 0);
        await Eventually.Is(
            async () => (await InsightScenario.GetInsightsAsync(app)).GetProperty("outbox").GetProperty("problem").ValueKind,
            kind => kind == JsonValueKind.Null);

        await scenario.SetTrackResponseAsync(new { mode = "ok" });
        var arrived = await Eventually.Is(scenario.GetArrivedKeysAsync, keys => keys.Count >= 120);
        Assert.Equal(120, arrived.Distinct().Count());
        Assert.Equal(120, arrived.Count);
        await Eventually.Is(() => InsightScenario.CountBlobsAsync(scenario.Outbox), count => count == 0);
        Assert.Equal(0, (await InsightScenario.GetInsightsAsync(app)).GetProperty("lost").GetInt32());
    }

    [Fact]
    public async Task A_refused_secret_degrades_the_instance_and_keeps_insights_in_the_outbox()
    {
        await using var scenario = await InsightScenario.StartAsync(azurite.ConnectionString);
        var app = await scenario.StartDrainingAppAsync(("Ffc__Insights__FlushInterval", "00:00:00.2"));
        await scenario.SetTrackResponseAsync(new { mode = "status", status = 401 });
        await scenario.EvaluateAsync(app, 10);

        var degraded = await Eventually.Is(
            () => GetReadyAsync(app), ready => ready.GetProperty("status").GetString() == "degraded");
        Assert.Equal("the server refuses the environment's secret (401)", degraded.GetProperty("insights").GetString());
        Assert.Equal(200, await FlagService.StatusOf(app, "/api/health/ready"));
        await Eventually.Is(() => InsightScenario.CountBlobsAsync(scenario.Outbox), count => count > 0);
        Assert.Equal(0, await InsightScenario.CountBlobsAsync(scenario.Rejected));

        await scenario.SetTrackResponseAsync(new { mode = "ok" });
        await Eventually.Is(() => GetReadyAsync(app), body => body.GetProperty("status").GetString() == "ready");
        await Eventually.Is(scenario.GetArrivedKeysAsync, keys => keys.Count == 10);
    }

    [Fact]
    public async Task A_batch_that_cannot_be_opened_degrades_the_instance_until_it_is_removed()
    {
        await using var scenario = await InsightScenario.StartAsync(storage: "");
        var folder = Directory.CreateTempSubdirectory("ffc-outbox-");
        try
        {
            // A link to itself cannot be opened, even by the superuser.
            var files = Directory.CreateDirectory(Path.Combine(folder.FullName, "v1", "1__1__1"));
            var batch = Path.Combine(files.FullName, "a.jsonl.gz");
            File.CreateSymbolicLink(batch, batch);
            var app = await scenario.StartDrainingAppAsync(("Ffc__Outbox__Path", folder.FullName));

            var degraded = await Eventually.Is(
                () => GetReadyAsync(app), ready => ready.GetProperty("status").GetString() == "degraded");
            Assert.StartsWith(
                "outbox: the file a.jsonl.gz cannot be opened",
                degraded.GetProperty("insights").GetString(),
                StringComparison.Ordinal);
            var outbox = (await InsightScenario.GetInsightsAsync(app)).GetProperty("outbox");
            Assert.Equal(1, outbox.GetProperty("batches").GetInt32());
            Assert.StartsWith("the file a.jsonl.gz", outbox.GetProperty("problem").GetString(), StringComparison.Ordinal);

            File.Delete(batch);
            await Eventually.Is(() => GetReadyAsync(app), ready => ready.GetProperty("status").GetString() == "ready");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Insights_that_the_server_rejects_are_stored_with_the_reason()
    {
        await using var scenario = await InsightScenario.StartAsync(azurite.ConnectionString);
        var app = await scenario.StartAppAsync(("Ffc__Insights__FlushInterval", "00:00:00.2"));
        await scenario.SetTrackResponseAsync(new { mode = "status", status = 400 });
        await scenario.EvaluateAsync(app, 5);

        await Eventually.Is(
            () => InsightScenario.GetInsightsAsync(app), insights => insights.GetProperty("rejected").GetInt32() == 5);
        Assert.Equal(0, await InsightScenario.CountBlobsAsync(scenario.Outbox));
        Assert.NotEqual(0, await InsightScenario.CountBlobsAsync(scenario.Rejected));
        await foreach (var blob in scenario.Rejected.GetBlobsAsync(new() { Traits = BlobTraits.Metadata }, Test))
            Assert.Equal(("400", "failed on request"), (blob.Metadata["status"], blob.Metadata["reason"]));
    }

    private static Task<JsonElement> GetReadyAsync(AppProcess app) =>
        app.Http.GetFromJsonAsync<JsonElement>("/api/health/ready", Test);
}
