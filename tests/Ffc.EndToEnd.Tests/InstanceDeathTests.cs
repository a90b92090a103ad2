using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
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

    [Theory]
    [InlineData("ok")]
    [InlineData("hanging")]
    public async Task A_request_in_progress_delays_neither_the_sending_nor_the_stop(string serverState)
    {
        await using var scenario = await InsightScenario.StartAsync(azurite.ConnectionString);
        var app = await scenario.StartAppAsync(("Ffc__Insights__FlushInterval", "01:00:00"));
        await scenario.EvaluateAsync(app, 10);
        await scenario.SetTrackResponseAsync(serverState == "ok" ? Ok : Hanging);
        using var slow = await StartRequestAsync(app);

        var stop = app.TerminateAsync();
        if (serverState == "ok")
        {
            await Eventually.Is(scenario.GetArrivedKeysAsync, keys => keys.Count == 10);
            Assert.False(stop.IsCompleted);
        }

        // Four seconds for the request, and at most four for the client.
        Assert.InRange(await stop, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(8.5));
        Assert.Equal(0, app.ExitCode);
        Assert.Equal(serverState == "ok" ? 0 : 1, await InsightScenario.CountBlobsAsync(scenario.Outbox));
        Assert.DoesNotContain("lost", app.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Batches_that_a_killed_instance_was_sending_are_counted_by_the_instance_that_sends_them_again()
    {
        await using var server = await TrackServer.StartAsync();
        await using var scenario = await InsightScenario.StartAsync(storage: "");
        using var folder = new TemporaryFolder();
        (string, string)[] settings =
        [
            ("Ffc__EventsUri", server.Uri.ToString()),
            ("Ffc__Outbox__Path", folder.Path),
            ("Ffc__Insights__FlushInterval", "00:00:00.2"),
            ("Ffc__Insights__MaxRetries", "0"),
        ];
        server.Reply = _ => new TrackReply(503);
        var app = await scenario.StartAppAsync(settings);
        await scenario.EvaluateAsync(app, 120);
        await Eventually.Is(
            () => InsightScenario.GetInsightsAsync(app), insights => insights.GetProperty("toOutbox").GetInt32() == 120);
        await app.TerminateAsync();

        // The server keeps the events, but the instance dies before it receives a response.
        server.Reply = _ => new TrackReply(0, KeepsEvents: true, Hangs: true);
        var killed = await scenario.StartDrainingAppAsync(settings);
        await Eventually.Is(() => server.KeptEvents, events => events > 0);
        await killed.KillAsync();
        var twice = server.KeptEvents;

        server.Reply = _ => TrackReply.Ok;
        var survivor = await scenario.StartDrainingAppAsync(settings);
        await Eventually.Is(() => server.KeptEvents, events => events == 120 + twice);
        var insights = await InsightScenario.GetInsightsAsync(survivor);
        Assert.InRange(insights.GetProperty("possibleDuplicates").GetInt32(), twice, 120);
        Assert.Equal(120, server.UserKeys.Distinct().Count());
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

    /// <summary>Sends a request without the end of its body.</summary>
    private static async Task<TcpClient> StartRequestAsync(AppProcess app)
    {
        var client = new TcpClient();
        await client.ConnectAsync(app.BaseUri.Host, app.BaseUri.Port, TestContext.Current.CancellationToken);
        var head = "POST /api/evaluate/new-checkout HTTP/1.1\r\nHost: localhost\r\n"
            + $"x-functions-key: {FlagService.FunctionKey}\r\n"
            + "Content-Type: application/json\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n";
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head), TestContext.Current.CancellationToken);

        // The app answers "100 Continue" when it reads the body.
        Assert.NotEqual(0, await stream.ReadAsync(new byte[100], TestContext.Current.CancellationToken));
        return client;
    }

    private sealed class TemporaryFolder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("ffc-outbox-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
