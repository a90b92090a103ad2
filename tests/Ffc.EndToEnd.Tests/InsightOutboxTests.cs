using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Ffc.EndToEnd.Tests.Processes;
using Ffc.Sdk;
using Ffc.Tests;

namespace Ffc.EndToEnd.Tests;

/// <summary>The outbox as instances of the function app share it, in Azurite.</summary>
public sealed class InsightOutboxTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_instances_that_drain_one_outbox_of_500_batches_send_each_once()
    {
        await using var stage = await InsightStage.StartAsync(azurite.ConnectionString);
        await stage.Outbox.CreateAsync(cancellationToken: Test);
        await Parallel.ForAsync(0, 500, Test, async (number, token) =>
        {
            var batch = new InsightBatch($"batch-{number:D3}", "1__1__1", 1, Encoding.UTF8.GetBytes($$$"""[{"user":{"keyId":"{{{number}}}"}}]"""));
            await stage.Outbox.UploadBlobAsync($"v1/{batch.Environment}/{batch.Id}.jsonl.gz", BinaryData.FromBytes(batch.Pack()), token);
        });

        var apps = await Task.WhenAll(stage.StartDrainingAppAsync(), stage.StartDrainingAppAsync());
        await Eventually.Is(() => InsightStage.CountAsync(stage.Outbox), count => count < 250);
        await Eventually.Is(() => InsightStage.CountAsync(stage.Outbox), count => count == 0);

        var arrived = await stage.ArrivedAsync();
        Assert.Equal((500, 500), (arrived.Count, arrived.Distinct().Count()));
        foreach (var app in apps)
            Assert.InRange((await InsightStage.InsightsOf(app)).GetProperty("delivered").GetInt32(), 1, 499);
    }

    [Fact]
    public async Task With_storage_gone_evaluations_and_deliveries_go_on_and_once_it_is_back_all_is_in_order()
    {
        await using var storage = await Azurite.StartRestartableAsync();
        await using var stage = await InsightStage.StartAsync(storage.ConnectionString);
        var app = await stage.StartAppAsync(("Ffc__FlushSchedule", "* * * * * *"), ("Ffc__Insights__FlushInterval", "00:00:00.2"));

        await storage.StopAsync();
        await stage.EvaluateAsync(app, 60);
        await Eventually.Is(stage.ArrivedAsync, keys => keys.Count == 60);
        var outbox = (await InsightStage.InsightsOf(app)).GetProperty("outbox");
        Assert.Equal(JsonValueKind.Null, outbox.GetProperty("batches").ValueKind);
        Assert.StartsWith("storage cannot be reached", outbox.GetProperty("problem").GetString(), StringComparison.Ordinal);

        // Neither server nor storage: memory holds them.
        await stage.TrackAnswersAsync(new { mode = "status", status = 503 });
        await stage.EvaluateAsync(app, 60);
        Assert.Equal(60, stage.Answered.Count - (await stage.ArrivedAsync()).Count);

        await storage.RestartAsync();
        await Eventually.Is(() => InsightStage.CountAsync(stage.Outbox), count => count > 0);
        Assert.Equal(JsonValueKind.Null, (await InsightStage.InsightsOf(app)).GetProperty("outbox").GetProperty("problem").ValueKind);

        await stage.TrackAnswersAsync(new { mode = "ok" });
        var arrived = await Eventually.Is(stage.ArrivedAsync, keys => keys.Count >= 120);
        Assert.Equal(120, arrived.Distinct().Count());
        Assert.Equal(120, arrived.Count);
        await Eventually.Is(() => InsightStage.CountAsync(stage.Outbox), count => count == 0);
        Assert.Equal(0, (await InsightStage.InsightsOf(app)).GetProperty("lost").GetInt32());
    }

    [Fact]
    public async Task A_secret_refused_for_insights_degrades_the_instance_and_moves_nothing_until_it_is_taken_again()
    {
        await using var stage = await InsightStage.StartAsync(azurite.ConnectionString);
        var app = await stage.StartAppAsync(("Ffc__FlushSchedule", "* * * * * *"), ("Ffc__Insights__FlushInterval", "00:00:00.2"));
        await stage.TrackAnswersAsync(new { mode = "status", status = 401 });
        await stage.EvaluateAsync(app, 10);

        var degraded = await Eventually.Is(() => ReadyAsync(app), body => body.GetProperty("status").GetString() == "degraded");
        Assert.Equal("the server refuses the environment's secret (401)", degraded.GetProperty("insights").GetString());
        Assert.Equal(200, await FlagService.StatusOf(app, "/api/health/ready"));
        await Eventually.Is(() => InsightStage.CountAsync(stage.Outbox), count => count > 0);
        Assert.Equal(0, await InsightStage.CountAsync(stage.Rejected));

        await stage.TrackAnswersAsync(new { mode = "ok" });
        await Eventually.Is(() => ReadyAsync(app), body => body.GetProperty("status").GetString() == "ready");
        await Eventually.Is(stage.ArrivedAsync, keys => keys.Count == 10);
    }

    [Fact]
    public async Task Insights_that_the_server_refuses_for_good_are_kept_with_the_rejected_ones()
    {
        await using var stage = await InsightStage.StartAsync(azurite.ConnectionString);
        var app = await stage.StartAppAsync(("Ffc__Insights__FlushInterval", "00:00:00.2"));
        await stage.TrackAnswersAsync(new { mode = "status", status = 400 });
        await stage.EvaluateAsync(app, 5);

        await Eventually.Is(() => InsightStage.InsightsOf(app), insights => insights.GetProperty("rejected").GetInt32() == 5);
        Assert.Equal((0, true), (await InsightStage.CountAsync(stage.Outbox), await InsightStage.CountAsync(stage.Rejected) > 0));
        await foreach (var blob in stage.Rejected.GetBlobsAsync(new() { Traits = Azure.Storage.Blobs.Models.BlobTraits.Metadata }, Test))
            Assert.Equal(("400", "failed on request"), (blob.Metadata["status"], blob.Metadata["reason"]));
    }

    private static Task<JsonElement> ReadyAsync(AppProcess app) => app.Http.GetFromJsonAsync<JsonElement>("/api/health/ready", Test);
}
