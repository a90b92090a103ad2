using System.Diagnostics;
using System.Text;
using Ffc.DevServer.Insights;
using Ffc.Sdk.Protocol.Ffc;
using Ffc.Tests;
using Microsoft.Extensions.Time.Testing;

namespace Ffc.EndToEnd.Tests.DevServer;

/// <summary>The data about clients and evaluations that the dashboard shows.</summary>
public class LiveDataTests
{
    private static readonly DateTimeOffset Now = new(2026, 7, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_client_is_listed_with_its_SDK_last_sync_and_last_ping()
    {
        var timeProvider = new FakeTimeProvider(Now);
        await using var test = await TestServer.StartAsync(timeProvider: timeProvider);
        var raised = 0;
        test.Server.Streaming.ClientsChanged += () => Interlocked.Increment(ref raised);

        var client = await test.ConnectAsync(tokenTime: Now, userAgent: "ffc-dotnet-server-sdk/1.2.3");
        using var other = await test.ConnectAsync(tokenTime: Now);
        await Eventually.Is(() => test.Server.Streaming.Clients.Count, count => count == 2);
        var before = test.Server.Streaming.Clients;
        timeProvider.Advance(TimeSpan.FromSeconds(1));
        await client.SyncAsync();
        await Eventually.Holds(() => test.Server.Streaming.Clients[0].LastSync == Now.AddSeconds(1));
        timeProvider.Advance(TimeSpan.FromSeconds(1));
        await client.SendAsync("""{"messageType":"ping","data":{}}""");
        await Eventually.Holds(() => test.Server.Streaming.Clients[0].LastPing == Now.AddSeconds(2));

        Assert.Equal([1, 2], before.Select(view => view.Id));
        Assert.Equal(["ffc-dotnet-server-sdk/1.2.3", null], before.Select(view => view.Sdk));
        Assert.All(before, view => Assert.Equal((Now, null, null), (view.Connected, view.LastSync, view.LastPing)));
        Assert.Null(test.Server.Streaming.Clients[1].LastSync);

        client.Dispose();
        await Eventually.Is(() => test.Server.Streaming.Clients.Count, count => count == 1);
        await Eventually.Holds(() => Volatile.Read(ref raised) == 5);
    }

    [Fact]
    public async Task A_push_is_a_sync_of_every_client()
    {
        await using var test = await TestServer.StartAsync();
        using var client = await test.ConnectAsync();

        await test.WriteFlagsAsync(FlagsText.Full(FlagsText.Flag("a", 100, "changed")));
        await client.ReceiveSyncAsync();

        await Eventually.Holds(() => test.Server.Streaming.Clients[0].LastSync is not null);
    }

    [Fact]
    public async Task Received_and_deleted_insights_raise_an_event_and_are_counted()
    {
        await using var test = await TestServer.StartAsync();
        var raised = 0;
        test.Server.InsightsLog.Changed += () => raised++;

        await TrackAsync(test, """
            [{"user":{"keyId":"u"},"userVariations":[
              {"featureFlagKeyName":"a","timestamp":1,"variation":{"variationValue":"on","reason":"rule match"}}]}]
            """);

        Assert.Equal(1, raised);
        var series = Assert.Single(test.Server.Evaluations.Read("a", TimeSpan.FromMinutes(5), 2));
        Assert.Equal(("on", 1), (series.Value, series.Counts.Sum()));

        test.Server.Insights.Clear();

        Assert.Equal(2, raised);
        Assert.Empty(test.Server.Evaluations.Read(null, TimeSpan.FromSeconds(1), 600));
        Assert.Empty(test.Server.Events);
    }

    [Fact]
    public void Evaluations_are_counted_at_the_time_of_the_client_within_the_last_ten_minutes()
    {
        var timeProvider = new FakeTimeProvider(Now);
        var counts = new EvaluationCounts(timeProvider);
        EvaluationView Seen(string flag, string value, int? secondsAgo) =>
            new(flag, value, "", secondsAgo is { } seconds ? Now.AddSeconds(-seconds) : null);

        counts.Add([Seen("b", "x", 0), Seen("a", "on", 25), Seen("a", "on", 25), Seen("a", "off", null), Seen("a", "on", 3600)]);
        counts.Add([Seen("a", "on", -60)]);

        Assert.Equal(
            ["a off 0 0 0 1", "a on 2 0 0 2", "b x 0 0 0 1"],
            counts.Read(null, TimeSpan.FromSeconds(10), 4)
                .Select(series => $"{series.FlagKey} {series.Value} {string.Join(' ', series.Counts)}"));
        Assert.Equal(["on"], counts.Read("a", TimeSpan.FromSeconds(10), 4).Skip(1).Select(series => series.Value));

        timeProvider.Advance(EvaluationCounts.Window);

        Assert.Empty(counts.Read(null, TimeSpan.FromSeconds(10), 60));
    }

    [Fact]
    public void Many_new_values_are_counted_fast_and_the_first_ones_are_kept()
    {
        var timeProvider = new FakeTimeProvider(Now);
        var counts = new EvaluationCounts(timeProvider);
        var stopwatch = Stopwatch.StartNew();

        counts.Add(Enumerable.Range(0, 60_000).Select(i => new EvaluationView("a", $"value-{i}", "", null)));

        Assert.InRange(stopwatch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        Assert.Equal(10_000, counts.Read("a", TimeSpan.FromSeconds(1), 1).Count);

        timeProvider.Advance(EvaluationCounts.Window);
        counts.Add([new EvaluationView("a", "later", "", null)]);

        Assert.Equal("later", Assert.Single(counts.Read("a", TimeSpan.FromSeconds(1), 1)).Value);
    }

    [Fact]
    public void Very_long_keys_and_values_are_cut()
    {
        var counts = new EvaluationCounts(new FakeTimeProvider(Now));
        var key = new string('k', 1_000_000);

        counts.Add([new EvaluationView(key, new string('v', 1_000_000), "", null)]);

        var series = Assert.Single(counts.Read(key, TimeSpan.FromSeconds(1), 1));
        Assert.Equal((1000, 1000), (series.FlagKey.Length, series.Value.Length));
    }

    private static async Task TrackAsync(TestServer test, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, FfcProtocol.TrackPath);
        request.Headers.Add(FfcProtocol.SecretHeader, test.Server.EnvSecret);
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await test.Http.SendAsync(request, TestContext.Current.CancellationToken);
        response.EnsureSuccessStatusCode();
    }
}
