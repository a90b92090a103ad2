using System.Diagnostics;
using Ffc.Tests;
using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Tests.Insights;

public sealed class StopTests
{
    [Fact]
    public async Task DisposeAsync_sends_queued_events()
    {
        await using var host = await InsightTestHost.StartAsync();
        host.Evaluate(170);

        await host.CloseAsync(host.Client);

        Assert.Equal(170, host.Server.KeptEvents);
        Assert.Equal(0, host.OutboxFiles);
        host.AssertEachArrivedOnce();
    }

    [Fact]
    public async Task DisposeAsync_stores_within_four_seconds_what_it_cannot_send_in_two()
    {
        await using var host = await InsightTestHost.StartAsync();
        host.Server.Reply = _ => TrackReply.Hang;
        host.Evaluate(9_990);
        var start = host.Clock.GetUtcNow();

        await host.CloseAsync(host.Client);

        Assert.InRange((host.Clock.GetUtcNow() - start).TotalSeconds, 0, 4);
        Assert.Equal((0, 9_990), (host.Status.Lost, host.Status.ToOutbox));
        Assert.Equal(250, host.Status.PossibleDuplicates);

        host.Server.Reply = _ => TrackReply.Ok;
        await using var next = host.CreateClient();
        await host.UntilAsync(() => next.Insights.Status.Delivered == 9_990);
        host.AssertEachArrivedOnce();
        await host.CloseAsync(next);
        Assert.Equal(0, host.OutboxFiles);
    }

    [Fact]
    public async Task DisposeAsync_loses_no_event_when_the_server_refuses_connections()
    {
        await using var host = await InsightTestHost.StartAsync();
        await host.Server.StopAsync();
        host.Evaluate(1_234);

        await host.CloseAsync(host.Client);

        Assert.Equal((0, 1_234, 0), (host.Status.Lost, host.Status.ToOutbox, host.Status.PossibleDuplicates));
    }

    [Fact]
    public async Task DisposeAsync_counts_and_logs_losses_when_server_and_outbox_hang()
    {
        await using var host = await InsightTestHost.StartWithFaultyOutboxAsync(OutboxFault.Hangs);
        host.Server.Reply = _ => TrackReply.Hang;
        host.Evaluate(777);
        var start = host.Clock.GetUtcNow();

        await host.CloseAsync(host.Client);

        Assert.InRange((host.Clock.GetUtcNow() - start).TotalSeconds, 0, 4);
        Assert.Equal(777, host.Status.Lost);
        var logs = host.Logs.GetSnapshot().Where(record => record.Level == LogLevel.Error).ToList();
        Assert.InRange(logs.Count, 1, 2);
        Assert.Contains("(777 so far)", logs[^1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DisposeAsync_loses_no_event_when_a_few_puts_fail()
    {
        await using var host = await InsightTestHost.StartWithFaultyOutboxAsync();
        host.Outbox.FailsPut = put => put is 1 or 7;
        host.Server.Reply = _ => TrackReply.Hang;
        host.Evaluate(9_900);

        await host.CloseAsync(host.Client);

        Assert.Equal((0, 9_900), (host.Status.Lost, host.Status.ToOutbox));
    }

    [Fact]
    public async Task DisposeAsync_stores_held_batches_in_parallel()
    {
        await using var host = await InsightTestHost.StartWithFaultyOutboxAsync(OutboxFault.Throws);
        await host.Server.StopAsync();
        host.Evaluate(9_900);
        Assert.Equal(new FlushResult { InMemory = 9_900 }, await host.FlushAsync());

        host.Outbox.Fault = OutboxFault.None;
        host.Outbox.PutTime = TimeSpan.FromMilliseconds(60);
        await host.CloseAsync(host.Client);

        Assert.Equal((0, 9_900), (host.Status.Lost, host.Status.ToOutbox));
    }

    [Fact]
    public async Task DisposeAsync_ends_within_four_seconds_when_the_outbox_blocks_its_callers()
    {
        using var blocked = new ManualResetEventSlim();
        await using var host = await InsightTestHost.StartWithFaultyOutboxAsync(
            configure: options => options.TimeProvider = TimeProvider.System);
        host.Outbox.Blocked = blocked;
        await host.Server.StopAsync();
        host.Evaluate(2_000);
        var stopwatch = Stopwatch.StartNew();

        await host.Client.DisposeAsync();

        Assert.InRange(stopwatch.Elapsed.TotalSeconds, 0, 4.5);
        Assert.Equal(2_000, host.Status.Lost);
        blocked.Set();
    }

    [Fact]
    public async Task DisposeAsync_lets_the_requests_of_a_drain_finish()
    {
        await using var host = await InsightTestHost.StartAsync();
        await host.Server.StopAsync();
        host.Evaluate(50);
        Assert.Equal(new FlushResult { ToOutbox = 50 }, await host.FlushAsync());
        await host.Server.RestartAsync();
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        using var answer = new ManualResetEventSlim();
        host.Server.Reply = _ =>
        {
            answer.Wait();
            return TrackReply.Ok;
        };
        var drain = host.Client.Insights.DrainOutboxAsync(TestContext.Current.CancellationToken);
        await Eventually.Holds(() => host.Server.Requests.Count == 1);

        var closing = host.Client.DisposeAsync().AsTask();
        await Eventually.Holds(() => host.Status.State == InsightState.Off);
        answer.Set();
        await closing;

        Assert.Equal((0, 0), (host.OutboxFiles, host.Status.PossibleDuplicates));
        Assert.Equal(50, (await drain).Delivered);
    }

    [Fact]
    public async Task DisposeAsync_waits_until_a_drain_has_removed_its_delivered_batches()
    {
        await using var host = await InsightTestHost.StartWithFaultyOutboxAsync();
        host.Outbox.RemovalTime = TimeSpan.FromSeconds(1);
        await host.Server.StopAsync();
        host.Evaluate(50);
        Assert.Equal(new FlushResult { ToOutbox = 50 }, await host.FlushAsync());
        await host.Server.RestartAsync();
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        var drain = host.Client.Insights.DrainOutboxAsync(TestContext.Current.CancellationToken);
        await Eventually.Is(() => host.Status.Delivered, delivered => delivered == 50);

        await host.CloseAsync(host.Client);

        Assert.Equal((0, 0), (host.OutboxFiles, host.Status.PossibleDuplicates));
        await drain;
    }

    [Fact]
    public async Task DisposeAsync_stores_held_batches_when_the_outbox_is_available_again()
    {
        await using var host = await InsightTestHost.StartWithFaultyOutboxAsync(OutboxFault.Throws);
        await host.Server.StopAsync();
        host.Evaluate(120);
        Assert.Equal(new FlushResult { InMemory = 120 }, await host.FlushAsync());

        host.Outbox.Fault = OutboxFault.None;
        await host.CloseAsync(host.Client);

        Assert.Equal((0, 120), (host.Status.Lost, host.Status.ToOutbox));
    }

    [Fact]
    public async Task FlushAsync_completes_when_the_client_is_disposed_of()
    {
        await using var host = await InsightTestHost.StartAsync();
        host.Server.Reply = _ => TrackReply.Hang;
        host.Evaluate(400);
        var flush = host.Client.FlushAsync(TestContext.Current.CancellationToken);

        await host.CloseAsync(host.Client);

        Assert.Equal(new FlushResult { ToOutbox = 400 }, await flush);
    }

    [Fact]
    public async Task A_closed_client_counts_events_as_lost_but_TryTrackAsync_still_uses_the_outbox()
    {
        await using var host = await InsightTestHost.StartAsync();
        await host.CloseAsync(host.Client);
        var user = FfcUser.Builder("ada").Build();

        Assert.Equal("yes", host.Client.Variation("plain", user, ""));
        host.Client.TrackMetric(user, "clicks");
        Assert.Equal((2, 2), (host.Status.Queued, host.Status.Lost));
        Assert.True(await host.Client.TryTrackAsync(user, [new("clicks", 1)], TestContext.Current.CancellationToken));
        Assert.Equal(1, host.OutboxFiles);
        Assert.Equal(new FlushResult(), await host.Client.FlushAsync(TestContext.Current.CancellationToken));
        var drained = await host.Client.Insights.DrainOutboxAsync(TestContext.Current.CancellationToken);
        Assert.Equal(OutboxDrainOutcome.Off, drained.Outcome);
        Assert.Equal(InsightState.Off, host.Status.State);
        Assert.Empty(host.Server.Requests);
    }
}
