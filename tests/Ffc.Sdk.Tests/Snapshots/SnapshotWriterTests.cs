using Ffc.Sdk.Snapshots;
using Ffc.Sdk.Tests.TestData;
using Ffc.Tests;

namespace Ffc.Sdk.Tests.Snapshots;

public sealed class SnapshotWriterTests : SnapshotTest
{
    [Fact]
    public async Task Changes_within_the_interval_are_written_once_with_the_last_state()
    {
        await using var instance = StartInstance();
        instance.ReceiveFull(new FlagJson("a", 1));
        instance.ReceivePatch(new FlagJson("a", 2));
        await instance.AdvanceAsync(MinWriteInterval * 0.9);
        instance.ReceivePatch(new FlagJson("a", 3));
        Assert.Empty(Store.Written);

        await instance.AdvanceUntilAsync(() => !Store.Written.IsEmpty);
        await instance.AdvanceAsync(MinWriteInterval * 3);

        Assert.Equal("a@3", Assert.Single(Store.Written).Flags());
    }

    [Fact]
    public async Task Continuous_changes_do_not_delay_the_write()
    {
        await using var instance = StartInstance();
        var version = 1;
        instance.ReceiveFull(new FlagJson("a", version));

        await instance.AdvanceUntilAsync(() =>
        {
            instance.ReceivePatch(new FlagJson("a", ++version));
            return Store.Written.Count >= 3;
        });
    }

    [Fact]
    public async Task Data_that_is_stored_already_is_not_written_again()
    {
        PutSnapshot(new FlagJson("a", 5), new FlagJson("b", 6));
        await using var instance = StartInstance();
        await Eventually.Holds(() => instance.Flags.Length > 0);

        instance.ReceiveFull(new FlagJson("b", 6), new FlagJson("a", 5));
        await instance.AdvanceAsync(MinWriteInterval * 3);

        Assert.Empty(Store.Written);
        Assert.Equal((1, 1, 0), (Store.Reads, Store.MetadataReads, instance.RequestedFulls));
    }

    [Fact]
    public async Task A_write_conflict_is_retried_until_the_stored_snapshot_is_newer()
    {
        await using var instance = StartInstance();
        await instance.FirstReadAsync();
        var conflicts = 0;
        Store.OnWrite = () =>
        {
            // Another instance writes versions 3 and 4 just before this instance writes 5.
            if (conflicts++ < 2)
                PutSnapshot(new FlagJson("a", 2 + conflicts));
        };
        instance.ReceiveFull(new FlagJson("a", 5));

        await instance.AdvanceUntilAsync(() => !Store.Written.IsEmpty);
        Assert.Equal("a@5", Store.Stored!.Flags());

        Store.OnWrite = () => PutSnapshot(new FlagJson("a", 7));
        instance.Server = [new FlagJson("a", 7)];
        instance.ReceivePatch(new FlagJson("a", 6));
        await instance.AdvanceUntilAsync(() => Store.Stored!.Flags() == "a@7");
        await instance.AdvanceAsync(MinWriteInterval * 3);
        Assert.Equal("a@7", Store.Stored!.Flags());
        Assert.Empty(instance.Warnings);
    }

    [Fact]
    public async Task A_failed_write_is_logged_once_and_retried()
    {
        await using var instance = StartInstance();
        await instance.FirstReadAsync();
        Store.OnCall = _ => throw new IOException("the disk is full");
        instance.ReceiveFull(new FlagJson("a", 5));
        await instance.AdvanceUntilAsync(() => Store.MetadataReads > 2);

        Store.OnCall = _ => Task.CompletedTask;
        await instance.AdvanceUntilAsync(() => !Store.Written.IsEmpty);

        Assert.Contains("the disk is full", Assert.Single(instance.Warnings).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DisposeAsync_makes_the_pending_write()
    {
        var instance = StartInstance();
        instance.ReceiveFull(new FlagJson("a", 5));

        await instance.DisposeAsync();

        Assert.Equal("a@5", Store.Stored!.Flags());
    }

    [Fact]
    public async Task DisposeAsync_waits_for_the_store_for_at_most_two_seconds()
    {
        var instance = StartInstance();
        await instance.FirstReadAsync();
        instance.ReceiveFull(new FlagJson("a", 5));
        Store.OnCall = _ => new TaskCompletionSource().Task;

        var stopped = instance.DisposeAsync().AsTask();
        var since = Clock.GetUtcNow();
        await instance.AdvanceUntilAsync(() => stopped.IsCompleted);

        Assert.InRange(Clock.GetUtcNow() - since, TimeSpan.Zero, TimeSpan.FromSeconds(3));
        Assert.Contains("may lack the last changes", Assert.Single(instance.Warnings).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_snapshot_is_replaced_even_by_older_data()
    {
        PutSnapshot(SnapshotFactory.Create(new FlagJson("a", 5)).WithMetadata("sha256", "0"));
        await using var instance = StartInstance();
        await Eventually.Holds(() => instance.Warnings.Any());

        instance.ReceiveFull(new FlagJson("a", 4));
        await instance.AdvanceUntilAsync(() => !Store.Written.IsEmpty);

        Assert.Equal("a@4", Store.Stored!.Flags());
    }

    [Fact]
    public async Task A_snapshot_with_a_newer_schema_is_replaced_only_by_newer_data()
    {
        PutSnapshot(SnapshotFactory.Create(new FlagJson("a", 5)).WithMetadata("schemaversion", "2"));
        await using var instance = StartInstance();
        await Eventually.Holds(() => instance.Warnings.Any());

        instance.ReceiveFull(new FlagJson("a", 5));
        await instance.AdvanceUntilAsync(() => Store.MetadataReads > 0);
        await instance.AdvanceAsync(MinWriteInterval * 2);
        Assert.Empty(Store.Written);

        instance.ReceivePatch(new FlagJson("a", 6));
        await instance.AdvanceUntilAsync(() => !Store.Written.IsEmpty);
        Assert.Equal("1", Store.Stored!.Metadata["schemaversion"]);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_reported_with_its_setting()
    {
        var folder = Path.Combine(typeof(SnapshotWriterTests).Assembly.Location, "snapshots");
        await using var instance = new SnapshotInstance(new FileSnapshotStore(folder), Clock);
        instance.ReceiveFull(new FlagJson("a", 1));

        await instance.AdvanceUntilAsync(() => instance.Warnings.Any(log => log.Id.Id == 84));

        Assert.Matches(
            @": .*[^.] \(check Ffc:Snapshot:Path: it must be a folder in which the process can create and write files\)\. Re",
            instance.Warnings.First(log => log.Id.Id == 84).Message);
    }
}
