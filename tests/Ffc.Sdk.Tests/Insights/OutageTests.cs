using Ffc.Tests;

namespace Ffc.Sdk.Tests.Insights;

/// <summary>Two minutes with a thousand evaluations a second while the server fails, followed by its recovery.</summary>
public sealed class OutageTests
{
    private const int Seconds = 120;
    private const int EventsPerSecond = 1_000;
    private const int MaxWaiting = 10_000;
    private static readonly TrackReply AcceptAndHang = new(0, KeepsEvents: true, Hangs: true);

    [Theory]
    [InlineData("connection refused")]
    [InlineData("500")]
    [InlineData("hang")]
    [InlineData("accepted, then a hang")]
    [InlineData("alternating")]
    public async Task Delivers_every_event_exactly_once_unless_a_request_outcome_was_unknown(string failure)
    {
        // Room for all waiting events: with the fake clock a busy disk may time out, and its batches are held in memory.
        await using var host = await InsightTestHost.StartAsync(options => options.Insights.Capacity = 2 * MaxWaiting);
        for (var second = 0; second < Seconds; second++)
        {
            await FailAsync(host.Server, failure, second);
            host.Evaluate(EventsPerSecond);
            host.Clock.Advance(TimeSpan.FromSeconds(1));

            // The clock advances only after the background work has processed most events.
            await host.UntilAsync(() => host.Status.Waiting <= MaxWaiting, idleChecks: 50);
        }

        host.Server.Reply = _ => TrackReply.Ok;
        await host.Server.RestartAsync();
        await host.UntilAsync(() => host.Server.KeptEvents >= host.Users && host.Status.Waiting == 0 && host.OutboxFiles == 0
            && host.Server.UserKeys.Distinct().Count() == Seconds * EventsPerSecond);

        var keys = host.Server.UserKeys;
        Assert.InRange(keys.Count - host.Users, 0, host.Status.PossibleDuplicates);
        Assert.Equal(0, host.Status.Lost);

        // With the fake clock, a put to a busy disk may time out; its outcome is then unknown.
        var putTimedOut = host.Logs.GetSnapshot().Any(record => record.Message.Contains("no response", StringComparison.Ordinal));
        if (failure is "connection refused" or "500" && !putTimedOut)
            Assert.Equal(0, host.Status.PossibleDuplicates);
    }

    private static async Task FailAsync(TrackServer server, string failure, int second)
    {
        if (failure == "alternating")
            failure = new[] { "500", "hang", "connection refused", "accepted, then a hang", "well" }[second / 5 % 5];

        server.Reply = failure switch
        {
            "500" => _ => new TrackReply(500),
            "hang" => _ => TrackReply.Hang,
            "accepted, then a hang" => _ => AcceptAndHang,
            _ => _ => TrackReply.Ok,
        };
        if (failure == "connection refused")
            await server.StopAsync();
        else if (!server.IsListening)
            await server.RestartAsync();
    }
}
