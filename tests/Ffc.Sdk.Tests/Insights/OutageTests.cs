using Ffc.Tests;

namespace Ffc.Sdk.Tests.Insights;

/// <summary>Two minutes of a thousand evaluations a second while the server fails in one way or another, and then is well again.</summary>
public sealed class OutageTests
{
    private const int Seconds = 120;
    private const int EventsASecond = 1_000;
    private const int MostWaiting = 10_000;
    private static readonly TrackReply TakeAndHang = new(0, Takes: true, Hangs: true);

    [Theory]
    [InlineData("connection refused")]
    [InlineData("500")]
    [InlineData("hang")]
    [InlineData("taken, then a hang")]
    [InlineData("alternating")]
    public async Task Every_event_arrives_and_none_twice_but_where_a_request_had_an_unknown_fate(string failure)
    {
        // Room for all that the loop below lets wait: by the test's clock a busy disk may time out, and what it was to take is held.
        await using var bench = await InsightBench.StartAsync(options => options.Insights.Capacity = 2 * MostWaiting);
        for (var second = 0; second < Seconds; second++)
        {
            await FailAsync(bench.Server, failure, second);
            bench.Evaluate(EventsASecond);
            bench.Clock.Advance(TimeSpan.FromSeconds(1));

            // A thousand a second by the test's clock are far more by the wall's: what goes on in the background keeps up first. Where
            // that waits for time to pass, as after a disk that was slower than this clock, time does.
            await bench.UntilAsync(() => bench.Status.Waiting <= MostWaiting, idleLooks: 50);
        }

        bench.Server.Reply = _ => TrackReply.Ok;
        await bench.Server.RestartAsync();
        await bench.UntilAsync(() => bench.Server.TakenEvents >= bench.Users && bench.Status.Waiting == 0 && bench.OutboxFiles == 0);

        var keys = bench.Server.UserKeys;
        Assert.Equal(Seconds * EventsASecond, keys.Distinct().Count());
        Assert.InRange(keys.Count - bench.Users, 0, bench.Status.PossibleDuplicates);
        Assert.Equal(0, bench.Status.Lost);
        if (failure is "connection refused" or "500")
            Assert.Equal(0, bench.Status.PossibleDuplicates);
    }

    private static async Task FailAsync(TrackServer server, string failure, int second)
    {
        if (failure == "alternating")
            failure = new[] { "500", "hang", "connection refused", "taken, then a hang", "well" }[second / 5 % 5];

        server.Reply = failure switch
        {
            "500" => _ => new TrackReply(500),
            "hang" => _ => TrackReply.Hang,
            "taken, then a hang" => _ => TakeAndHang,
            _ => _ => TrackReply.Ok,
        };
        if (failure == "connection refused")
            await server.StopAsync();
        else if (!server.IsListening)
            await server.RestartAsync();
    }
}
