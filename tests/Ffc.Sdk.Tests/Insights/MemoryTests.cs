using Ffc.Sdk.Insights;
using Ffc.Sdk.Protocol;
using Ffc.Tests;

namespace Ffc.Sdk.Tests.Insights;

public sealed class MemoryTests
{
    private const int MiB = 1024 * 1024;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Memory_is_bounded_and_each_event_is_counted_when_users_are_large(bool hasOutbox)
    {
        await using var host = await InsightTestHost.StartAsync(options =>
        {
            if (!hasOutbox)
                options.Outbox.Path = null;
        });
        host.Server.Reply = _ => TrackReply.Hang;
        var before = GC.GetTotalMemory(forceFullCollection: true);

        const int Events = 12_000;
        for (var i = 0; i < Events; i++)
            host.Client.Variation("plain", LargeUser(i, 60_000), "");

        // The test server keeps the five requests that it received. Tests that end at the same time free memory.
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 120 * MiB);
        host.Server.Reply = _ => TrackReply.Ok;
        await host.UntilAsync(() => host.Status is var status && status.Waiting == 0 && status.Delivered + status.Lost == Events);
        Assert.InRange(host.Status.Delivered, 64 * MiB / 130_000, Events);
    }

    [Fact]
    public async Task A_user_counts_once_for_all_its_queued_events()
    {
        await using var host = await InsightTestHost.StartAsync(options => options.Outbox.Path = null);
        host.Server.Reply = _ => TrackReply.Hang;
        var user = LargeUser(1, 60_000);

        // As text, the events would have 500 MiB.
        for (var i = 0; i < 9_000; i++)
            host.Client.Variation("plain", user, "");

        Assert.Equal(0, host.Status.Lost);
        host.Server.Reply = _ => TrackReply.Ok;
        await host.CloseAsync(host.Client);
        Assert.Equal(0, host.Status.Waiting);
    }

    [Theory]
    [InlineData(40, 0)]
    [InlineData(int.MaxValue, 4_000)]
    public async Task Stop_keeps_the_memory_bounded_and_stores_or_counts_each_event(int failedPuts, int lost)
    {
        await using var host = await InsightTestHost.StartWithFaultyOutboxAsync();
        var (puts, largest) = (0, 0L);
        host.Outbox.FailsPut = number =>
        {
            if (number % 10 == 0)
                largest = Math.Max(largest, GC.GetTotalMemory(forceFullCollection: true));
            return Interlocked.Increment(ref puts) <= failedPuts;
        };
        await host.Server.StopAsync();
        var user = LargeUser(1, 60_000);
        for (var i = 0; i < 4_000; i++)
            host.Client.Variation("plain", user, "");
        var before = GC.GetTotalMemory(forceFullCollection: true);

        await host.CloseAsync(host.Client);

        // As text, the events have 230 MiB.
        Assert.InRange(largest - before, -64 * MiB, 100 * MiB);
        Assert.Equal((0, 4_000 - lost, lost), (host.Status.Waiting, host.Status.ToOutbox, host.Status.Lost));
    }

    [Fact]
    public async Task An_event_that_no_batch_can_contain_is_counted_as_lost()
    {
        await using var host = await InsightTestHost.StartAsync(options => options.Insights.CapacityBytes = 1024 * MiB);
        host.Client.TrackMetric(LargeUser(1, 65 * MiB), "clicks");
        host.Client.TrackMetric(LargeUser(2, 1), "clicks");

        var result = await host.Client.FlushAsync(TestContext.Current.CancellationToken);

        Assert.Equal(new FlushResult { Delivered = 1, Lost = 1 }, result);
        Assert.Equal(["user-2"], host.Server.UserKeys);
    }

    [Fact]
    public void Create_splits_events_that_exceed_the_limit_of_Unpack()
    {
        var protocol = ServerProtocol.Parse(InsightTestHost.Secret);
        var factory = new InsightBatchFactory(protocol, new FfcOptions());
        var events = Enumerable.Range(1, 3).Select(i => new MetricEvent(LargeUser(i, 24 * MiB), "clicks", 1, 1)).ToArray();

        var batches = factory.Create(events);

        Assert.Equal([1, 2], batches.Select(batch => batch.Count));
        Assert.All(
            batches,
            batch => Assert.Equal(batch.Count, InsightBatch.Unpack(batch.Pack(), batch.Environment, batch.Id).Count));
    }

    private static FfcUser LargeUser(int number, int size) =>
        FfcUser.Builder($"user-{number}").Custom("history", new string('x', size)).Build();
}
