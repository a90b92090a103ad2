using System.Diagnostics;
using Ffc.EndToEnd.Tests.Processes;
using Ffc.Tests;

namespace Ffc.EndToEnd.Tests;

/// <summary>Instances that are stopped or killed under load, as processes with an outbox in Azurite.</summary>
public sealed class InstanceDeathTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    private static readonly object Ok = new { mode = "ok" };
    private static readonly object Hanging = new { mode = "hang" };
    private static readonly object Down = new { mode = "status", status = 503 };

    [Theory]
    [InlineData("ok")]
    [InlineData("hanging")]
    [InlineData("down")]
    public async Task An_instance_that_is_stopped_under_load_loses_no_event(string serverState)
    {
        await using var scenario = await InsightScenario.StartAsync(azurite.ConnectionString);
        var app = await scenario.StartAppAsync();
        await scenario.SetTrackResponseAsync(serverState switch { "ok" => Ok, "hanging" => Hanging, _ => Down });

        var load = scenario.RunLoadAsync(app);
        await Eventually.Is(() => scenario.Evaluated.Count, count => count >= 500);
        var duration = await app.TerminateAsync();
        await load;
        Assert.InRange(duration, TimeSpan.Zero, TimeSpan.FromSeconds(4.5));
        Assert.Equal(0, app.ExitCode);

        await scenario.SetTrackResponseAsync(Ok);
        await scenario.StartDrainingAppAsync();
        var arrived = await Eventually.Is(
            scenario.GetArrivedKeysAsync, keys => scenario.Evaluated.Keys.ToHashSet().IsSubsetOf(keys));
        if (serverState != "hanging")
            Assert.Equal(arrived.Count, arrived.Distinct().Count());
        Assert.Equal(0, await Eventually.Is(() => InsightScenario.CountBlobsAsync(scenario.Outbox), count => count == 0));
        Assert.DoesNotContain("lost", app.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_outbox_of_a_killed_instance_is_delivered_once_by_another_instance()
    {
        await using var scenario = await InsightScenario.StartAsync(azurite.ConnectionString);
        var app = await scenario.StartAppAsync(
            ("Ffc__Insights__FlushInterval", "00:00:00.2"), ("Ffc__Insights__MaxRetries", "0"));
        await scenario.SetTrackResponseAsync(Down);
        await scenario.EvaluateAsync(app, 120);
        await Eventually.Is(
            () => InsightScenario.GetInsightsAsync(app), insights => insights.GetProperty("toOutbox").GetInt32() == 120);
        var inOutbox = scenario.Evaluated.Keys.ToHashSet();

        await scenario.EvaluateAsync(app, 20);
        await app.KillAsync();

        await scenario.SetTrackResponseAsync(Ok);
        await scenario.StartDrainingAppAsync();
        await Eventually.Is(() => InsightScenario.CountBlobsAsync(scenario.Outbox), count => count == 0);
        var arrived = await scenario.GetArrivedKeysAsync();
        Assert.Equal(arrived.Count, arrived.Distinct().Count());
        Assert.Subset(arrived.ToHashSet(), inOutbox);
    }

    [Fact]
    public async Task A_killed_instance_loses_only_events_since_the_last_flush()
    {
        await using var scenario = await InsightScenario.StartAsync(azurite.ConnectionString);
        var app = await scenario.StartAppAsync(("Ffc__Insights__FlushInterval", "00:00:00.5"));
        var load = scenario.RunLoadAsync(app);
        var clock = Stopwatch.StartNew();
        await Eventually.Is(() => clock.Elapsed, elapsed => elapsed > TimeSpan.FromSeconds(2));

        var killed = DateTimeOffset.UtcNow;
        await app.KillAsync();
        await load;

        // The flush interval is half a second; one more second is allowed for the delivery.
        var flushed = scenario.Evaluated
            .Where(user => user.Value < killed - TimeSpan.FromSeconds(1.5))
            .Select(user => user.Key)
            .ToHashSet();
        Assert.NotEmpty(flushed);
        var arrived = await Eventually.Is(scenario.GetArrivedKeysAsync, keys => flushed.All(keys.ToHashSet().Contains));
        Assert.Equal(arrived.Count, arrived.Distinct().Count());
    }
}
