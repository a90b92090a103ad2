using Ffc.Sdk.Tests.TestData;
using Ffc.Tests;

namespace Ffc.Sdk.Tests.Snapshots;

/// <summary>
/// After a restore of the server's database, timestamps are older. The data of the server replaces a snapshot with a higher
/// version, on all instances and across restarts.
/// </summary>
public sealed class SnapshotRestoreTests : SnapshotTest
{
    private static readonly FlagJson Before = new FlagJson("a", 9);
    private static readonly FlagJson Restored = new FlagJson("a", 5);

    [Fact]
    public async Task A_snapshot_from_before_a_restore_does_not_return_at_the_next_start()
    {
        PutSnapshot(Before, new FlagJson("b", 8));
        await using (var instance = StartInstance())
        {
            await Eventually.Holds(() => instance.Flags == "a@9 b@8");
            instance.ReceiveFull(Restored);
            Assert.Equal("a@5", instance.Flags);
            await instance.AdvanceUntilAsync(() => !Store.Written.IsEmpty);
        }

        await using var next = StartInstance();
        await Eventually.Holds(() => next.Flags.Length > 0);
        Assert.Equal("a@5", next.Flags);
    }

    [Fact]
    public async Task DisposeAsync_replaces_a_snapshot_from_before_a_restore()
    {
        PutSnapshot(Before);
        await using (var instance = StartInstance())
            instance.ReceiveFull(Restored);

        Assert.Equal("a@5", Store.Stored!.Flags());
    }

    [Fact]
    public async Task A_snapshot_that_the_server_confirms_is_not_replaced()
    {
        await using var instance = StartInstance();
        await instance.FirstReadAsync();
        instance.ReceiveFull(new FlagJson("a", 5));
        PutSnapshot(new FlagJson("a", 9));
        instance.Server = [new FlagJson("a", 9)];

        await instance.AdvanceUntilAsync(() => instance.Flags == "a@9");
        await instance.AdvanceAsync(MinWriteInterval * 3);

        Assert.Empty(Store.Written);
        Assert.Equal(1, instance.RequestedFulls);
    }

    [Fact]
    public async Task Data_that_is_newer_than_the_snapshot_is_written_without_a_request()
    {
        PutSnapshot(new FlagJson("a", 5));
        await using var instance = StartInstance();
        instance.ReceiveFull(new FlagJson("a", 6));

        await instance.AdvanceUntilAsync(() => !Store.Written.IsEmpty);

        Assert.Equal(0, instance.RequestedFulls);
    }

    [Fact]
    public async Task A_snapshot_of_the_same_version_with_other_content_is_replaced()
    {
        var served = new FlagJson("a", 9).Serves("y");
        PutSnapshot(new FlagJson("a", 9).Serves("x"));
        await using var instance = StartInstance();
        instance.ReceiveFull(served);

        await instance.AdvanceUntilAsync(() => !Store.Written.IsEmpty);

        Assert.Equal(SnapshotFactory.Create(served).Metadata["sha256"], Store.Stored!.Metadata["sha256"]);
        Assert.Equal(1, instance.RequestedFulls);
    }

    [Fact]
    public async Task The_full_is_requested_again_when_there_was_no_connection()
    {
        PutSnapshot(Before);
        await using var instance = StartInstance();
        instance.ReceiveFull(Restored);
        instance.Server = null;
        await instance.AdvanceUntilAsync(() => instance.RequestedFulls > 2);
        Assert.Empty(Store.Written);

        instance.Server = [Restored];
        await instance.AdvanceUntilAsync(() => !Store.Written.IsEmpty);

        Assert.Equal("a@5", Store.Stored!.Flags());
        Assert.Empty(instance.Warnings);
    }

    [Fact]
    public async Task A_snapshot_that_changed_during_the_request_is_compared_again()
    {
        PutSnapshot(Before);
        await using var instance = StartInstance();
        var conflicts = 0;
        Store.OnWrite = () =>
        {
            if (conflicts++ == 0)
                PutSnapshot(new FlagJson("a", 8));
        };
        instance.ReceiveFull(Restored);

        await instance.AdvanceUntilAsync(() => !Store.Written.IsEmpty);

        Assert.Equal(("a@5", 2), (Store.Stored!.Flags(), instance.RequestedFulls));
    }

    [Fact]
    public async Task A_full_requested_for_the_comparison_starts_no_other_comparison()
    {
        PutSnapshot(Before);
        await using var instance = StartInstance();
        instance.ReceiveFull(Restored);
        await instance.AdvanceUntilAsync(() => !Store.Written.IsEmpty);
        var reads = Store.MetadataReads;

        await instance.AdvanceAsync(RefreshInterval * 3);

        Assert.Equal((reads, 1), (Store.MetadataReads, instance.RequestedFulls));
    }

    [Fact]
    public async Task Only_one_of_two_instances_replaces_the_snapshot()
    {
        PutSnapshot(Before);
        await using var first = StartInstance();
        await using var second = StartInstance();
        await Eventually.Holds(() => first.Flags == "a@9" && second.Flags == "a@9");
        first.ReceiveFull(Restored);
        await first.AdvanceUntilAsync(() => !Store.Written.IsEmpty);
        second.ReceiveFull(Restored);
        await second.AdvanceAsync(MinWriteInterval * 3);

        Assert.Equal("a@5", Assert.Single(Store.Written).Flags());
        Assert.Equal((1, 0), (first.RequestedFulls, second.RequestedFulls));
    }

    [Fact]
    public async Task Stale_data_of_another_instance_is_replaced_after_the_next_full()
    {
        await using var instance = StartInstance();
        await instance.FirstReadAsync();
        instance.ReceiveFull(Restored);
        await instance.AdvanceUntilAsync(() => !Store.Written.IsEmpty);
        PutSnapshot(Before);

        instance.ReceiveFull(Restored);
        await instance.AdvanceUntilAsync(() => Store.Written.Count == 2);

        Assert.Equal("a@5", Store.Stored!.Flags());
    }

    [Theory]
    [InlineData("read")]
    [InlineData("written")]
    [InlineData("seen")]
    public async Task A_snapshot_known_before_the_last_full_is_not_applied_without_stream(string how)
    {
        if (how == "read")
            PutSnapshot(Before);
        await using var instance = StartInstance();
        await Eventually.Holds(() => instance.Logs.Count > 0 || instance.Flags.Length > 0);
        if (how == "written")
        {
            instance.ReceiveFull(Before);
            await instance.AdvanceUntilAsync(() => !Store.Written.IsEmpty);
        }
        else if (how == "seen")
        {
            PutSnapshot(Before);
            instance.ReceiveFull(Restored);
            instance.Server = null;
            await instance.AdvanceUntilAsync(() => instance.RequestedFulls > 0);
        }

        instance.ReceiveFull(Restored);
        instance.InterruptStream();
        var reads = Store.MetadataReads;
        await instance.AdvanceUntilAsync(() => Store.MetadataReads > reads + 3);

        Assert.Equal(("a@5", "a@9"), (instance.Flags, Store.Stored!.Flags()));
    }

    [Fact]
    public async Task A_newer_snapshot_written_after_the_last_full_is_applied_without_stream()
    {
        await using var instance = StartInstance();
        await instance.FirstReadAsync();
        instance.ReceiveFull(new FlagJson("a", 5));
        await instance.AdvanceUntilAsync(() => !Store.Written.IsEmpty);
        instance.InterruptStream();

        PutSnapshot(new FlagJson("a", 6));

        await instance.AdvanceUntilAsync(() => instance.Flags == "a@6");
    }

    [Fact]
    public async Task A_restored_snapshot_is_applied_by_an_instance_without_a_full()
    {
        PutSnapshot(Before);
        await using var instance = StartInstance();
        await Eventually.Holds(() => instance.Flags == "a@9");

        PutSnapshot(Restored);

        await instance.AdvanceUntilAsync(() => instance.Flags == "a@5");
    }
}
