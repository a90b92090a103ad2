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
    public async Task A_batch_is_retried_after_a_transient_status(int status)
    {
        await using var host = await InsightTestHost.StartAsync();
        host.Server.Reply = _ => host.Server.Requests.Count <= 2 ? new TrackReply(status) : TrackReply.Ok;
        host.Evaluate(3);

        Assert.Equal(new FlushResult { Delivered = 3 }, await host.FlushAsync());
        Assert.Equal(3, host.Server.Requests.Count);
        Assert.Equal(0, host.Status.PossibleDuplicates);
        host.AssertEachArrivedOnce();
    }

    [Fact]
    public async Task A_batch_is_counted_as_a_possible_duplicate_when_its_put_has_an_unknown_outcome()
    {
        await using var host = await InsightTestHost.StartWithFaultyOutboxAsync(OutboxFault.StoresAndHangs);
        await host.Server.StopAsync();
        host.Evaluate(50);
        Assert.Equal(new FlushResult { InMemory = 50 }, await host.FlushAsync());

        host.Outbox.Fault = OutboxFault.None;
        await host.Server.RestartAsync();
        await host.UntilAsync(() => host.Status.Delivered == 50);
        await host.DrainAsync();

        host.AssertEachArrivedOnce();
        Assert.Equal((0, 50), (host.OutboxFiles, host.Status.PossibleDuplicates));
    }

    [Fact]
    public async Task A_batch_that_is_put_again_after_an_unknown_outcome_is_counted()
    {
        await using var host = await InsightTestHost.StartWithFaultyOutboxAsync(
            OutboxFault.StoresAndHangs, options => options.EventsUri = new Uri("http://127.0.0.1:1"));
        host.Evaluate(50);
        Assert.Equal(new FlushResult { InMemory = 50 }, await host.FlushAsync());

        await using var other = host.CreateClient();
        var drained = await other.Insights.DrainOutboxAsync(TestContext.Current.CancellationToken);
        Assert.Equal(50, drained.Delivered);
        host.Outbox.Fault = OutboxFault.None;
        await host.UntilAsync(() => host.Status.ToOutbox == 50);
        await host.UntilAsync(() => host.Server.KeptEvents == 100);

        Assert.Equal(50, host.Status.PossibleDuplicates);
        await host.CloseAsync(other);
    }

    [Fact]
    public async Task A_batch_whose_puts_all_have_an_unknown_outcome_is_counted_from_the_second_on()
    {
        await using var host = await InsightTestHost.StartWithFaultyOutboxAsync(
            OutboxFault.StoresAndHangs, options => options.EventsUri = new Uri("http://127.0.0.1:1"));
        host.Evaluate(50);
        Assert.Equal(new FlushResult { InMemory = 50 }, await host.FlushAsync());
        await host.UntilAsync(() => host.Status.PossibleDuplicates == 50);

        await host.CloseAsync(host.Client);
        Assert.Equal(50, host.Status.Lost);
    }

    [Fact]
    public async Task Retries_back_off_and_the_batch_is_stored_in_the_outbox_after_the_last_one()
    {
        await using var host = await InsightTestHost.StartAsync();
        var times = TimesOfRequests(host, _ => new TrackReply(500));
        host.Evaluate(3);

        var flush = host.Client.FlushAsync(TestContext.Current.CancellationToken);
        await Eventually.Holds(() => flush.IsCompleted, () => host.Clock.Advance(TimeSpan.FromSeconds(0.05)));

        // Half a second, one, two: with jitter, and some tolerance for the steps of the clock.
        Assert.Equal(new FlushResult { ToOutbox = 3 }, await flush);
        Assert.Equal(4, times.Count);
        Assert.InRange((times.Last() - times.First()).TotalSeconds, 1, 15);
        Assert.Equal(InsightState.Interrupted, host.Status.State);
        Assert.Equal("the server returned 500", host.Status.Problem);
    }

    [Fact]
    public async Task A_short_Retry_After_delays_the_retry()
    {
        await using var host = await InsightTestHost.StartAsync();
        var times = TimesOfRequests(host, number => number == 1 ? new TrackReply(429, RetryAfter: "7") : TrackReply.Ok);
        host.Evaluate(3);

        Assert.Equal(new FlushResult { Delivered = 3 }, await host.FlushAsync());
        Assert.InRange((times.Last() - times.First()).TotalSeconds, 7, 9);
    }

    [Fact]
    public async Task A_Retry_After_in_the_past_does_not_skip_the_back_off()
    {
        await using var host = await InsightTestHost.StartAsync();
        var past = new TrackReply(503, RetryAfter: "Thu, 01 Jan 1970 00:00:00 GMT");
        var times = TimesOfRequests(host, number => number == 1 ? past : TrackReply.Ok);
        host.Evaluate(3);

        Assert.Equal(new FlushResult { Delivered = 3 }, await host.FlushAsync());
        Assert.NotEqual(times.First(), times.Last());
    }

    [Fact]
    public async Task A_long_Retry_After_pauses_all_requests_and_batches_go_to_the_outbox()
    {
        await using var host = await InsightTestHost.StartAsync();
        var times = TimesOfRequests(host, number => number == 1 ? new TrackReply(503, RetryAfter: "120") : TrackReply.Ok);
        host.Evaluate(3);
        Assert.Equal(new FlushResult { ToOutbox = 3 }, await host.FlushAsync());
        host.Evaluate(2);
        Assert.Equal(new FlushResult { ToOutbox = 2 }, await host.FlushAsync());

        await host.UntilAsync(() => host.Server.KeptEvents == 5);
        Assert.InRange((times.Skip(1).First() - times.First()).TotalSeconds, 120, 160);
        host.AssertEachArrivedOnce();
    }

    [Fact]
    public async Task A_permanently_rejected_batch_is_stored_with_status_and_reason_and_not_retried()
    {
        await using var host = await InsightTestHost.StartAsync();
        host.Server.Reply = _ => new TrackReply(400, Body: "featureFlagKeyName is unknown");
        host.Evaluate(3);

        Assert.Equal(new FlushResult { Rejected = 3 }, await host.FlushAsync());
        Assert.Single(host.Server.Requests);
        Assert.Equal(0, host.OutboxFiles);
        Assert.Equal(3, host.Status.Rejected);
        Assert.Equal(InsightState.Ok, host.Status.State);

        var files = InsightTestHost.Files(host.RejectedFolder);
        Assert.Equal(2, files.Length);
        var packed = await File.ReadAllBytesAsync(files[0], TestContext.Current.CancellationToken);
        var id = Path.GetFileName(files[0]).Split('.')[0];
        Assert.Equal(3, InsightBatch.Unpack(packed, InsightTestHost.Environment, id).Count);
        using var reason = JsonDocument.Parse(await File.ReadAllBytesAsync(files[1], TestContext.Current.CancellationToken));
        Assert.Equal(400, reason.RootElement.GetProperty("status").GetInt32());
        Assert.Equal("featureFlagKeyName is unknown", reason.RootElement.GetProperty("reason").GetString());
        Assert.Contains(
            host.Logs.GetSnapshot(),
            record => record.Level == LogLevel.Error
                && record.Message.Contains("rejected permanently (400): 3.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_batch_is_split_until_the_server_accepts_its_size()
    {
        await using var host = await InsightTestHost.StartAsync();
        host.Server.Reply = request => request.Events.Count > 12 ? new TrackReply(413) : TrackReply.Ok;
        host.Evaluate(50);

        Assert.Equal(new FlushResult { Delivered = 50 }, await host.FlushAsync());
        host.AssertEachArrivedOnce();
    }

    [Fact]
    public async Task Only_the_event_that_is_too_large_is_rejected()
    {
        await using var host = await InsightTestHost.StartAsync();
        host.Server.Reply = request => request.Body.AsSpan().IndexOf("user-0000002"u8) >= 0 ? new TrackReply(413) : TrackReply.Ok;
        host.Evaluate(4);

        Assert.Equal(new FlushResult { Delivered = 3, Rejected = 1 }, await host.FlushAsync());
        Assert.Equal(["user-0000001", "user-0000003", "user-0000004"], host.Server.UserKeys.Order());
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    public async Task A_refused_secret_pauses_requests_and_batches_stay_in_the_outbox(int status)
    {
        await using var host = await InsightTestHost.StartAsync();
        host.Server.Reply = _ => new TrackReply(status);
        host.Evaluate(3);

        Assert.Equal(new FlushResult { ToOutbox = 3 }, await host.FlushAsync());
        host.Evaluate(2);
        Assert.Equal(new FlushResult { ToOutbox = 2 }, await host.FlushAsync());
        Assert.Equal(OutboxDrainOutcome.ServerRefused, (await host.DrainAsync()).Outcome);
        Assert.Equal(InsightState.Refused, host.Status.State);
        Assert.Equal($"the server refuses the environment's secret ({status})", host.Status.Problem);
        Assert.Equal(2, host.OutboxFiles);
        Assert.Empty(InsightTestHost.Files(host.RejectedFolder));

        host.Server.Reply = _ => TrackReply.Ok;
        await host.UntilAsync(() => host.Server.KeptEvents == 5);
        await host.UntilAsync(() => host.Status.State == InsightState.Ok);
        host.AssertEachArrivedOnce();
    }

    [Fact]
    public async Task A_redirect_is_not_followed_so_that_no_other_server_gets_the_secret()
    {
        await using var elsewhere = await TrackServer.StartAsync();
        await using var host = await InsightTestHost.StartAsync();
        host.Server.Reply = _ => new TrackReply(307, Location: elsewhere.Uri + "api/public/track");
        host.Evaluate(3);

        Assert.Equal(new FlushResult { ToOutbox = 3 }, await host.FlushAsync());
        Assert.Empty(elsewhere.Requests);
    }

    [Fact]
    public async Task Requests_with_an_unknown_outcome_are_retried_and_counted()
    {
        await using var host = await InsightTestHost.StartAsync();
        host.Server.Reply = _ => host.Server.Requests.Count switch
        {
            1 => TrackReply.KeepAndAbort,
            2 => TrackReply.Hang,
            3 => new TrackReply(504),
            _ => TrackReply.Ok,
        };
        host.Evaluate(3);

        Assert.Equal(new FlushResult { Delivered = 3 }, await host.FlushAsync());
        Assert.Equal(9, host.Status.PossibleDuplicates);
        Assert.Equal(6, host.Server.UserKeys.Count);
        Assert.Equal(3, host.Server.UserKeys.Distinct().Count());
    }

    [Fact]
    public async Task Refused_connections_count_as_no_possible_duplicates()
    {
        await using var host = await InsightTestHost.StartAsync();
        await host.Server.StopAsync();
        host.Evaluate(3);
        Assert.Equal(new FlushResult { ToOutbox = 3 }, await host.FlushAsync());

        Assert.Equal(0, host.Status.PossibleDuplicates);
        Assert.Equal(InsightState.Interrupted, host.Status.State);

        await host.Server.RestartAsync();
        await host.UntilAsync(() => host.Server.KeptEvents == 3);
        host.AssertEachArrivedOnce();
    }

    [Fact]
    public async Task An_outage_and_its_end_are_logged_once()
    {
        await using var host = await InsightTestHost.StartAsync();
        host.Server.Reply = _ => new TrackReply(500);
        for (var i = 0; i < 3; i++)
        {
            host.Evaluate(1);
            await host.FlushAsync();
        }

        host.Server.Reply = _ => TrackReply.Ok;
        await host.UntilAsync(() => host.Server.KeptEvents == 3);
        await host.UntilAsync(() => host.Status.State == InsightState.Ok);

        var logs = host.Logs.GetSnapshot()
            .Where(record => record.Category!.StartsWith("Ffc.Sdk.Insights", StringComparison.Ordinal))
            .ToList();
        Assert.Single(logs, record => record.Level == LogLevel.Warning);
        Assert.Single(logs, record => record.Level == LogLevel.Information
            && record.Message.StartsWith("Insights are delivered again", StringComparison.Ordinal));
        Assert.DoesNotContain(logs, record => record.Level > LogLevel.Warning);
    }

    private static ConcurrentQueue<DateTimeOffset> TimesOfRequests(InsightTestHost host, Func<int, TrackReply> reply)
    {
        var times = new ConcurrentQueue<DateTimeOffset>();
        host.Server.Reply = _ =>
        {
            times.Enqueue(host.Clock.GetUtcNow());
            return reply(times.Count);
        };
        return times;
    }
}
