using Ffc.Sdk.Tests.TestData;
using Ffc.Tests;
using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Tests.Snapshots;

public sealed class SnapshotReaderTests : SnapshotTest
{
    [Fact]
    public async Task First_read_applies_the_stored_snapshot()
    {
        PutSnapshot(new FlagJson("a", 5));
        await using var instance = StartInstance();

        await Eventually.Holds(() => instance.Flags == "a@5");

        Assert.Empty(instance.Warnings);
    }

    [Fact]
    public async Task A_snapshot_that_is_read_after_the_server_responded_is_not_applied()
    {
        PutSnapshot(new FlagJson("a", 9), new FlagJson("gone", 2));
        var reading = new TaskCompletionSource();
        Store.OnCall = _ => reading.Task;
        await using var instance = StartInstance();
        instance.ReceiveFull(new FlagJson("a", 5));

        reading.SetResult();
        await Eventually.Holds(() => instance.Logs.GetSnapshot()
            .Any(log => log.Message.Contains("not newer", StringComparison.Ordinal)));

        Assert.Equal("a@5", instance.Flags);
    }

    [Fact]
    public async Task A_patch_that_arrives_before_the_snapshot_is_applied_on_top_of_it()
    {
        PutSnapshot(new FlagJson("a", 5), new FlagJson("b", 5), new FlagJson("c", 5));
        var reading = new TaskCompletionSource();
        Store.OnCall = _ => reading.Task;
        await using var instance = StartInstance();
        instance.ReceivePatch(new FlagJson("b", 9), new FlagJson("c", 9).Archived());

        reading.SetResult();

        await Eventually.Holds(() => instance.Flags == "a@5 b@9");
    }

    [Fact]
    public async Task A_snapshot_older_than_a_patch_is_applied_when_no_full_has_arrived()
    {
        await using var instance = StartInstance();
        await instance.FirstReadAsync();
        instance.ReceivePatch(new FlagJson("b", 9));
        instance.InterruptStream();
        PutSnapshot(new FlagJson("a", 5), new FlagJson("b", 5));

        await instance.AdvanceUntilAsync(() => instance.Flags == "a@5 b@9");
    }

    [Fact]
    public async Task A_newer_snapshot_is_applied_within_the_refresh_interval_while_the_stream_is_not_OK()
    {
        PutSnapshot(new FlagJson("a", 5));
        await using var instance = StartInstance();
        await Eventually.Holds(() => instance.Flags == "a@5");

        PutSnapshot(new FlagJson("a", 6));
        var since = Clock.GetUtcNow();
        await instance.AdvanceUntilAsync(() => instance.Flags == "a@6");

        Assert.InRange(Clock.GetUtcNow() - since, TimeSpan.Zero, RefreshInterval + TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task Only_the_metadata_of_an_older_snapshot_is_read_while_the_stream_is_not_OK()
    {
        await using var instance = StartInstance();
        instance.ReceiveFull(new FlagJson("a", 5));
        instance.InterruptStream();
        await Eventually.Holds(() => Store.Reads == 1);
        PutSnapshot(new FlagJson("a", 4));

        await instance.AdvanceUntilAsync(() => Store.MetadataReads > 2);

        Assert.Equal(("a@5", 1), (instance.Flags, Store.Reads));
    }

    [Fact]
    public async Task The_store_is_not_read_while_the_stream_is_OK()
    {
        await using var instance = StartInstance();
        instance.ReceiveFull(new FlagJson("a", 5));
        await instance.AdvanceUntilAsync(() => !Store.Written.IsEmpty);
        var reads = Store.MetadataReads;

        PutSnapshot(new FlagJson("a", 6));
        await instance.AdvanceAsync(RefreshInterval * 4);

        Assert.Equal((reads, 1, "a@5"), (Store.MetadataReads, Store.Reads, instance.Flags));
    }

    [Fact]
    public async Task A_missing_snapshot_is_logged_as_information()
    {
        await using var instance = StartInstance();

        await instance.AdvanceUntilAsync(() => Store.MetadataReads > 2);

        var log = Assert.Single(
            instance.Logs.GetSnapshot(), log => log.Message.Contains("no snapshot", StringComparison.Ordinal));
        Assert.Equal(LogLevel.Information, log.Level);
        Assert.Empty(instance.Warnings);
    }

    [Fact]
    public async Task A_refused_snapshot_is_logged_once_and_not_read_again()
    {
        PutSnapshot(SnapshotFactory.Create(new FlagJson("a", 5)).WithMetadata("sha256", "0"));
        await using var instance = StartInstance();

        await instance.AdvanceUntilAsync(() => Store.MetadataReads > 3);

        Assert.Contains("SHA-256", Assert.Single(instance.Warnings).Message, StringComparison.Ordinal);
        Assert.Equal(("", 1), (instance.Flags, Store.Reads));
    }

    [Fact]
    public async Task A_read_that_times_out_is_logged_and_retried()
    {
        PutSnapshot(new FlagJson("a", 5));
        var calls = 0;
        Store.OnCall = token => calls++ == 0 ? Task.Delay(Timeout.Infinite, token) : Task.CompletedTask;
        await using var instance = StartInstance();
        await Eventually.Holds(() => calls > 0);

        await instance.AdvanceUntilAsync(() => instance.Flags == "a@5");

        Assert.Contains("no response within 5 s", Assert.Single(instance.Warnings).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_blocks_and_ignores_cancellation_is_abandoned()
    {
        using var never = new ManualResetEventSlim();
        Store.OnCall = _ =>
        {
            never.Wait(TestContext.Current.CancellationToken);
            return Task.CompletedTask;
        };
        await using var instance = StartInstance();

        await instance.AdvanceUntilAsync(() => instance.Warnings.Any());

        never.Set();
    }
}
