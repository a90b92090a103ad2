using Ffc.Sdk.Tests.TestData;
using Ffc.Tests;

namespace Ffc.Sdk.Tests.Snapshots;

/// <summary>
/// Timestamps are not enough to order snapshots, because an archived flag has no timestamp in a later snapshot. Archived flags
/// must be removed from the store and from all instances.
/// </summary>
public sealed class SnapshotOrderTests : SnapshotTest
{
    public static TheoryData<string, long, long> Archived => new()
    {
        { "the newest flag", 5, 9 },
        { "a flag as new as another", 9, 9 },
        { "a flag that is not the newest", 9, 5 },
    };

    [Theory]
    [MemberData(nameof(Archived))]
    public async Task A_flag_archived_while_no_instance_ran_is_removed_from_the_snapshot(string what, long kept, long archived)
    {
        _ = what;
        PutSnapshot(new FlagJson("kept", kept), new FlagJson("archived", archived));
        await using (var instance = StartInstance())
        {
            await Eventually.Holds(() => instance.Flags.Length > 0);
            instance.ReceiveFull(new FlagJson("kept", kept));
            await instance.AdvanceUntilAsync(() => !Store.Written.IsEmpty);
        }

        Assert.Equal($"kept@{kept}", Store.Stored!.Flags());
    }

    [Theory]
    [MemberData(nameof(Archived))]
    public async Task An_archived_flag_is_removed_from_a_snapshot_read_after_the_server_responded(
        string what, long kept, long archived)
    {
        _ = what;
        PutSnapshot(new FlagJson("kept", kept), new FlagJson("archived", archived));
        var reading = new TaskCompletionSource();
        Store.OnCall = _ => reading.Task;
        await using var instance = StartInstance();
        instance.ReceiveFull(new FlagJson("kept", kept));
        reading.SetResult();

        await instance.AdvanceUntilAsync(() => !Store.Written.IsEmpty);

        Assert.Equal($"kept@{kept}", Store.Stored!.Flags());
    }

    [Fact]
    public async Task A_snapshot_with_an_archived_flag_is_not_applied_after_the_server_sent_data_without_it()
    {
        PutSnapshot(new FlagJson("kept", 5), new FlagJson("archived", 9));
        await using var instance = StartInstance();
        await Eventually.Holds(() => instance.Flags.Length > 0);
        Store.OnWrite = () => throw new IOException("read only");
        instance.ReceiveFull(new FlagJson("kept", 5));
        instance.InterruptStream();

        var reads = Store.MetadataReads;
        await instance.AdvanceUntilAsync(() => Store.MetadataReads > reads + 3);

        Assert.Equal("kept@5", instance.Flags);
    }

    [Fact]
    public async Task A_snapshot_without_an_archived_flag_is_applied_by_an_instance_that_still_has_it()
    {
        PutSnapshot(new FlagJson("kept", 5), new FlagJson("archived", 9));
        await using var interrupted = StartInstance();
        await using var instance = StartInstance();
        await Eventually.Holds(() => interrupted.Flags.Length > 0 && instance.Flags.Length > 0);

        instance.ReceiveFull(new FlagJson("kept", 5));
        await interrupted.AdvanceUntilAsync(() => interrupted.Flags == "kept@5");
    }

    [Fact]
    public async Task An_instance_that_reconnects_with_old_data_does_not_restore_an_archived_flag()
    {
        await using var stale = StartInstance();
        stale.ReceiveFull(new FlagJson("kept", 5), new FlagJson("archived", 9));
        await stale.AdvanceUntilAsync(() => !Store.Written.IsEmpty);
        stale.InterruptStream();
        await using (var instance = StartInstance())
        {
            await Eventually.Holds(() => instance.Flags.Length > 0);
            instance.ReceiveFull(new FlagJson("kept", 5));
        }

        Assert.Equal("kept@5", Store.Stored!.Flags());
        stale.ReceiveFull(new FlagJson("kept", 5));
        await stale.AdvanceAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(("kept@5", "kept@5"), (Store.Stored!.Flags(), stale.Flags));
    }

    [Fact]
    public async Task A_patch_with_an_older_timestamp_is_also_written()
    {
        await using var instance = StartInstance();
        instance.ReceiveFull(new FlagJson("a", 1), new FlagJson("b", 1));
        instance.ReceivePatch(new FlagJson("a", 9));
        await instance.AdvanceUntilAsync(() => !Store.Written.IsEmpty);

        instance.Server = [new FlagJson("a", 9), new FlagJson("b", 5)];
        instance.ReceivePatch(new FlagJson("b", 5));
        await instance.AdvanceUntilAsync(() => Store.Written.Count == 2);

        Assert.Equal("a@9 b@5", Store.Stored!.Flags());
    }

    [Fact]
    public async Task A_snapshot_whose_writer_missed_a_deletion_is_replaced()
    {
        await using var instance = StartInstance();
        await instance.FirstReadAsync();
        PutSnapshot(new FlagJson("kept", 9), new FlagJson("archived", 4));

        instance.ReceiveFull(new FlagJson("kept", 9));
        await instance.AdvanceUntilAsync(() => !Store.Written.IsEmpty);

        Assert.Equal("kept@9", Store.Stored!.Flags());
    }
}
