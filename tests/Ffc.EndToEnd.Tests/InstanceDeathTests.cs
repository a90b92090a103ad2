using System.Diagnostics;
using Ffc.EndToEnd.Tests.Processes;
using Ffc.Tests;

namespace Ffc.EndToEnd.Tests;

/// <summary>Instances that are stopped or die under load: real processes, and an outbox in Azurite.</summary>
public sealed class InstanceDeathTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    private static readonly object Well = new { mode = "ok" };
    private static readonly object Hanging = new { mode = "hang" };
    private static readonly object Down = new { mode = "status", status = 503 };

    [Theory]
    [InlineData("well")]
    [InlineData("hanging")]
    [InlineData("down")]
    public async Task An_instance_told_to_stop_under_load_loses_no_event(string server)
    {
        await using var stage = await InsightStage.StartAsync(azurite.ConnectionString);
        var app = await stage.StartAppAsync();
        await stage.TrackAnswersAsync(server switch { "well" => Well, "hanging" => Hanging, _ => Down });

        var load = stage.LoadAsync(app);
        await Eventually.Is(() => stage.Answered.Count, count => count >= 500);
        var took = await app.TerminateAsync();
        await load;
        Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(4.5));
        Assert.Equal(0, app.ExitCode);

        await stage.TrackAnswersAsync(Well);
        await stage.StartDrainingAppAsync();
        var arrived = await Eventually.Is(stage.ArrivedAsync, keys => keys.Distinct().Count() >= stage.Answered.Count && stage.Answered.Keys.All(keys.Contains));
        if (server != "hanging")
            Assert.Equal(arrived.Count, arrived.Distinct().Count());
        Assert.Equal(0, await Eventually.Is(() => InsightStage.CountAsync(stage.Outbox), count => count == 0));
        Assert.DoesNotContain("lost", app.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_an_instance_that_was_killed_had_in_the_outbox_another_one_delivers_once()
    {
        await using var stage = await InsightStage.StartAsync(azurite.ConnectionString);
        var app = await stage.StartAppAsync(("Ffc__Insights__FlushInterval", "00:00:00.2"), ("Ffc__Insights__MaxRetries", "0"));
        await stage.TrackAnswersAsync(Down);
        await stage.EvaluateAsync(app, 120);
        await Eventually.Is(() => InsightStage.InsightsOf(app), insights => insights.GetProperty("toOutbox").GetInt32() == 120);
        var kept = stage.Answered.Keys.ToHashSet();

        await stage.EvaluateAsync(app, 20);
        await app.KillAsync();

        await stage.TrackAnswersAsync(Well);
        await stage.StartDrainingAppAsync();
        await Eventually.Is(() => InsightStage.CountAsync(stage.Outbox), count => count == 0);
        var arrived = await stage.ArrivedAsync();
        Assert.Equal(arrived.Count, arrived.Distinct().Count());
        Assert.Subset(arrived.ToHashSet(), kept);
    }

    [Fact]
    public async Task An_instance_that_is_killed_under_load_loses_at_most_what_came_since_the_last_flush()
    {
        await using var stage = await InsightStage.StartAsync(azurite.ConnectionString);
        var app = await stage.StartAppAsync(("Ffc__Insights__FlushInterval", "00:00:00.5"));
        var load = stage.LoadAsync(app);
        var clock = Stopwatch.StartNew();
        await Eventually.Is(() => clock.Elapsed, elapsed => elapsed > TimeSpan.FromSeconds(2));

        var killed = DateTimeOffset.UtcNow;
        await app.KillAsync();
        await load;

        // What was answered longer ago than the interval was on its way; a second for that.
        var flushed = stage.Answered.Where(user => user.Value < killed - TimeSpan.FromSeconds(1.5)).Select(user => user.Key).ToHashSet();
        Assert.NotEmpty(flushed);
        var arrived = await Eventually.Is(stage.ArrivedAsync, keys => flushed.All(keys.ToHashSet().Contains));
        Assert.Equal(arrived.Count, arrived.Distinct().Count());
    }
}
