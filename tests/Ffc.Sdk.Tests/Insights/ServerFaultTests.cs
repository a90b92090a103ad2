using System.Collections.Concurrent;
using System.Text.Json;
using Ffc.Tests;
using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Tests.Insights;

public sealed class ServerFaultTests
{
    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(408)]
    [InlineData(429)]
    public async Task A_batch_that_a_server_did_not_take_is_sent_again(int status)
    {
        await using var bench = await InsightBench.StartAsync();
        bench.Server.Reply = _ => bench.Server.Requests.Count <= 2 ? new TrackReply(status) : TrackReply.Ok;
        bench.Evaluate(3);

        Assert.Equal(new FlushResult(Delivered: 3), await bench.FlushAsync());
        Assert.Equal(3, bench.Server.Requests.Count);
        Assert.Equal(0, bench.Status.PossibleDuplicates);
        bench.AssertEachArrivedOnce();
    }

    [Fact]
    public async Task What_an_outbox_took_without_saying_so_is_delivered_once_and_counted_as_perhaps_twice()
    {
        TroubledOutbox? outbox = null;
        await using var bench = await InsightBench.StartAsync(options => options.InsightOutbox =
            outbox = new TroubledOutbox(options.Outbox.Path!, options.TimeProvider) { Trouble = OutboxTrouble.TakesAndHangs });
        await bench.Server.StopAsync();
        bench.Evaluate(50);
        Assert.Equal(new FlushResult(Held: 50), await bench.FlushAsync());

        outbox!.Trouble = OutboxTrouble.None;
        await bench.Server.RestartAsync();
        await bench.UntilAsync(() => bench.Status.Delivered == 50);
        await bench.DrainAsync();

        bench.AssertEachArrivedOnce();
        Assert.Equal((0, 50), (bench.OutboxFiles, bench.Status.PossibleDuplicates));
    }

    [Fact]
    public async Task Retries_wait_longer_and_longer_and_the_batch_goes_to_the_outbox_in_the_end()
    {
        await using var bench = await InsightBench.StartAsync();
        var times = TimesOfRequests(bench, _ => new TrackReply(500));
        bench.Evaluate(3);

        var flush = bench.Client.FlushAsync(TestContext.Current.CancellationToken);
        await Eventually.Holds(() => flush.IsCompleted, () => bench.Clock.Advance(TimeSpan.FromSeconds(0.05)));

        // Half a second, one, two: with jitter, and a little over for the steps of the clock.
        Assert.Equal(new FlushResult(ToOutbox: 3), await flush);
        Assert.Equal(4, times.Count);
        Assert.InRange((times.Last() - times.First()).TotalSeconds, 1, 15);
        Assert.Equal(InsightState.Interrupted, bench.Status.State);
        Assert.Equal("the server answers 500", bench.Status.Problem);
    }

    [Fact]
    public async Task A_server_that_wants_to_be_left_alone_for_a_while_is()
    {
        await using var bench = await InsightBench.StartAsync();
        var times = TimesOfRequests(bench, number => number == 1 ? new TrackReply(429, RetryAfter: "7") : TrackReply.Ok);
        bench.Evaluate(3);

        Assert.Equal(new FlushResult(Delivered: 3), await bench.FlushAsync());
        Assert.InRange((times.Last() - times.First()).TotalSeconds, 7, 9);
    }

    [Fact]
    public async Task A_server_that_wants_to_be_left_alone_for_long_gets_nothing_until_then()
    {
        await using var bench = await InsightBench.StartAsync();
        var times = TimesOfRequests(bench, number => number == 1 ? new TrackReply(503, RetryAfter: "120") : TrackReply.Ok);
        bench.Evaluate(3);
        Assert.Equal(new FlushResult(ToOutbox: 3), await bench.FlushAsync());
        bench.Evaluate(2);
        Assert.Equal(new FlushResult(ToOutbox: 2), await bench.FlushAsync());

        await bench.UntilAsync(() => bench.Server.TakenEvents == 5);
        Assert.InRange((times.Skip(1).First() - times.First()).TotalSeconds, 120, 160);
        bench.AssertEachArrivedOnce();
    }

    [Fact]
    public async Task A_batch_that_the_server_refuses_for_good_is_kept_with_status_and_reason_and_not_sent_again()
    {
        await using var bench = await InsightBench.StartAsync();
        bench.Server.Reply = _ => new TrackReply(400, Body: "featureFlagKeyName is unknown");
        bench.Evaluate(3);

        Assert.Equal(new FlushResult(Rejected: 3), await bench.FlushAsync());
        Assert.Single(bench.Server.Requests);
        Assert.Equal(0, bench.OutboxFiles);
        Assert.Equal(3, bench.Status.Rejected);
        Assert.Equal(InsightState.OK, bench.Status.State);

        var files = InsightBench.Files(bench.RejectedFolder);
        Assert.Equal(2, files.Length);
        Assert.Equal(3, InsightBatch.Unpack(await File.ReadAllBytesAsync(files[0], TestContext.Current.CancellationToken)).Count);
        using var why = JsonDocument.Parse(await File.ReadAllBytesAsync(files[1], TestContext.Current.CancellationToken));
        Assert.Equal(400, why.RootElement.GetProperty("status").GetInt32());
        Assert.Equal("featureFlagKeyName is unknown", why.RootElement.GetProperty("reason").GetString());
        Assert.Contains(bench.Logs.GetSnapshot(), record => record.Level == LogLevel.Error && record.Message.Contains("refused 3 insights for good (400)", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_batch_that_is_too_large_is_split_until_it_fits()
    {
        await using var bench = await InsightBench.StartAsync();
        bench.Server.Reply = request => request.Events.Count > 12 ? new TrackReply(413) : TrackReply.Ok;
        bench.Evaluate(50);

        Assert.Equal(new FlushResult(Delivered: 50), await bench.FlushAsync());
        bench.AssertEachArrivedOnce();
    }

    [Fact]
    public async Task An_event_that_is_too_large_by_itself_is_rejected_alone()
    {
        await using var bench = await InsightBench.StartAsync();
        bench.Server.Reply = request => request.Body.AsSpan().IndexOf("user-0000002"u8) >= 0 ? new TrackReply(413) : TrackReply.Ok;
        bench.Evaluate(4);

        Assert.Equal(new FlushResult(Delivered: 3, Rejected: 1), await bench.FlushAsync());
        Assert.Equal(["user-0000001", "user-0000003", "user-0000004"], bench.Server.UserKeys.Order());
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    public async Task A_server_that_refuses_the_secret_gets_nothing_more_until_it_takes_it_and_nothing_is_moved(int status)
    {
        await using var bench = await InsightBench.StartAsync();
        bench.Server.Reply = _ => new TrackReply(status);
        bench.Evaluate(3);

        Assert.Equal(new FlushResult(ToOutbox: 3), await bench.FlushAsync());
        bench.Evaluate(2);
        Assert.Equal(new FlushResult(ToOutbox: 2), await bench.FlushAsync());
        Assert.Equal(OutboxDrainEnd.ServerRefused, (await bench.DrainAsync()).End);
        Assert.Equal(InsightState.Refused, bench.Status.State);
        Assert.Equal($"the server refuses the environment's secret ({status})", bench.Status.Problem);
        Assert.Equal(2, bench.OutboxFiles);
        Assert.Empty(InsightBench.Files(bench.RejectedFolder));

        bench.Server.Reply = _ => TrackReply.Ok;
        await bench.UntilAsync(() => bench.Server.TakenEvents == 5);
        await bench.UntilAsync(() => bench.Status.State == InsightState.OK);
        bench.AssertEachArrivedOnce();
    }

    [Fact]
    public async Task A_redirect_is_not_followed_lest_the_secret_goes_elsewhere()
    {
        await using var elsewhere = await TrackServer.StartAsync();
        await using var bench = await InsightBench.StartAsync();
        bench.Server.Reply = _ => new TrackReply(307, Location: elsewhere.Uri + "api/public/track");
        bench.Evaluate(3);

        Assert.Equal(new FlushResult(ToOutbox: 3), await bench.FlushAsync());
        Assert.Empty(elsewhere.Requests);
    }

    [Fact]
    public async Task Requests_whose_fate_is_unknown_are_sent_again_and_counted()
    {
        await using var bench = await InsightBench.StartAsync();
        bench.Server.Reply = _ => bench.Server.Requests.Count switch
        {
            1 => TrackReply.TakeAndBreakOff,
            2 => TrackReply.Hang,
            3 => new TrackReply(504),
            _ => TrackReply.Ok,
        };
        bench.Evaluate(3);

        Assert.Equal(new FlushResult(Delivered: 3), await bench.FlushAsync());
        Assert.Equal(9, bench.Status.PossibleDuplicates);
        Assert.Equal(6, bench.Server.UserKeys.Count);
        Assert.Equal(3, bench.Server.UserKeys.Distinct().Count());
    }

    [Fact]
    public async Task Requests_that_cannot_have_arrived_count_as_no_duplicates()
    {
        await using var bench = await InsightBench.StartAsync();
        await bench.Server.StopAsync();
        bench.Evaluate(3);
        Assert.Equal(new FlushResult(ToOutbox: 3), await bench.FlushAsync());

        Assert.Equal(0, bench.Status.PossibleDuplicates);
        Assert.Equal(InsightState.Interrupted, bench.Status.State);

        await bench.Server.RestartAsync();
        await bench.UntilAsync(() => bench.Server.TakenEvents == 3);
        bench.AssertEachArrivedOnce();
    }

    [Fact]
    public async Task An_outage_is_told_once_and_so_is_its_end()
    {
        await using var bench = await InsightBench.StartAsync();
        bench.Server.Reply = _ => new TrackReply(500);
        for (var i = 0; i < 3; i++)
        {
            bench.Evaluate(1);
            await bench.FlushAsync();
        }

        bench.Server.Reply = _ => TrackReply.Ok;
        await bench.UntilAsync(() => bench.Server.TakenEvents == 3);
        await bench.UntilAsync(() => bench.Status.State == InsightState.OK);

        var told = bench.Logs.GetSnapshot().Where(record => record.Category!.StartsWith("Ffc.Sdk.Insights", StringComparison.Ordinal)).ToList();
        Assert.Single(told, record => record.Level == LogLevel.Warning);
        Assert.Single(told, record => record.Level == LogLevel.Information && record.Message == "Insights are delivered again");
        Assert.DoesNotContain(told, record => record.Level > LogLevel.Warning);
    }

    private static ConcurrentQueue<DateTimeOffset> TimesOfRequests(InsightBench bench, Func<int, TrackReply> reply)
    {
        var times = new ConcurrentQueue<DateTimeOffset>();
        bench.Server.Reply = _ =>
        {
            times.Enqueue(bench.Clock.GetUtcNow());
            return reply(times.Count);
        };
        return times;
    }
}
