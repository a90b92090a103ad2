using Ffc.Sdk.Tests.TestData;
using Ffc.Tests;
using Microsoft.Extensions.Time.Testing;

namespace Ffc.Sdk.Tests.Snapshots;

/// <summary>
/// Time stamps alone do not tell which of two snapshots is newer: where a flag was archived while nobody listened, nothing that is left
/// tells so. What is archived stays away all the same, from the store and from every instance.
/// </summary>
public sealed class SnapshotOrderTests
{
    private readonly MemorySnapshotStore _store = new();
    private readonly FakeTimeProvider _clock = new(SnapshotOf.Noon);

    public static TheoryData<string, long, long> Archived => new()
    {
        { "the newest flag", 5, 9 },
        { "a flag as new as another", 9, 9 },
        { "a flag that is not the newest", 9, 5 },
    };

    [Theory]
    [MemberData(nameof(Archived))]
    public async Task A_flag_archived_while_all_instances_slept_leaves_the_store(string what, long kept, long archived)
    {
        _ = what;
        Put(new FlagJson("kept", kept), new FlagJson("archived", archived));
        await using (var instance = Instance())
        {
            await Eventually.Holds(() => instance.Flags.Length > 0);
            instance.Full(new FlagJson("kept", kept));
            await instance.Pass(() => !_store.Written.IsEmpty);
        }

        Assert.Equal($"kept@{kept}", _store.Only!.Snapshot.Flags());
    }

    [Theory]
    [MemberData(nameof(Archived))]
    public async Task It_leaves_the_store_where_the_server_answers_before_the_store_too(string what, long kept, long archived)
    {
        _ = what;
        Put(new FlagJson("kept", kept), new FlagJson("archived", archived));
        var reading = new TaskCompletionSource();
        _store.OnCall = _ => reading.Task;
        await using var instance = Instance();
        instance.Full(new FlagJson("kept", kept));
        reading.SetResult();

        await instance.Pass(() => !_store.Written.IsEmpty);

        Assert.Equal($"kept@{kept}", _store.Only!.Snapshot.Flags());
    }

    [Fact]
    public async Task An_instance_that_heard_of_it_does_not_take_the_older_snapshot_when_the_stream_breaks()
    {
        Put(new FlagJson("kept", 5), new FlagJson("archived", 9));
        await using var instance = Instance();
        await Eventually.Holds(() => instance.Flags.Length > 0);
        _store.OnWrite = () => throw new IOException("read only");
        instance.Full(new FlagJson("kept", 5));
        instance.Interrupt();

        var looked = _store.Heads;
        await instance.Pass(() => _store.Heads > looked + 3);

        Assert.Equal("kept@5", instance.Flags);
    }

    [Fact]
    public async Task An_instance_that_did_not_hear_of_it_takes_the_snapshot_that_lacks_it()
    {
        Put(new FlagJson("kept", 5), new FlagJson("archived", 9));
        await using var cut = Instance();
        await using var instance = Instance();
        await Eventually.Holds(() => cut.Flags.Length > 0 && instance.Flags.Length > 0);

        instance.Full(new FlagJson("kept", 5));
        await cut.Pass(() => cut.Flags == "kept@5");
    }

    [Fact]
    public async Task An_instance_that_comes_back_with_old_data_does_not_bring_it_back()
    {
        await using var sleeper = Instance();
        sleeper.Full(new FlagJson("kept", 5), new FlagJson("archived", 9));
        await sleeper.Pass(() => !_store.Written.IsEmpty);
        sleeper.Interrupt();
        await using (var instance = Instance())
        {
            await Eventually.Holds(() => instance.Flags.Length > 0);
            instance.Full(new FlagJson("kept", 5));
        }

        Assert.Equal("kept@5", _store.Only!.Snapshot.Flags());
        sleeper.Full(new FlagJson("kept", 5));
        await sleeper.Pass(TimeSpan.FromSeconds(20));
        Assert.Equal(("kept@5", "kept@5"), (_store.Only!.Snapshot.Flags(), sleeper.Flags));
    }

    [Fact]
    public async Task A_patch_out_of_order_is_newer_than_what_was_written_without_it()
    {
        await using var instance = Instance();
        instance.Full(new FlagJson("a", 1), new FlagJson("b", 1));
        instance.Patch(new FlagJson("a", 9));
        await instance.Pass(() => !_store.Written.IsEmpty);

        instance.Patch(new FlagJson("b", 5));
        await instance.Pass(() => _store.Written.Count == 2);

        Assert.Equal("a@9 b@5", _store.Only!.Snapshot.Flags());
    }

    [Fact]
    public async Task What_an_instance_wrote_that_did_not_hear_of_it_is_overwritten_by_one_that_did()
    {
        await using var instance = Instance();
        await Eventually.Holds(() => instance.Logs.Count > 0);
        Put(new FlagJson("kept", 9), new FlagJson("archived", 4));

        instance.Full(new FlagJson("kept", 9));
        await instance.Pass(() => !_store.Written.IsEmpty);

        Assert.Equal("kept@9", _store.Only!.Snapshot.Flags());
    }

    [Theory]
    [InlineData("kept", 5, "new", 9)] // archived or created: the server will tell
    [InlineData("kept", 6, "archived", 4)] // changed since
    public async Task What_may_be_newer_is_not_overwritten(string key, long version, string other, long otherVersion)
    {
        await using var instance = Instance();
        await Eventually.Holds(() => instance.Logs.Count > 0);
        Put(new FlagJson(key, version), new FlagJson(other, otherVersion));

        instance.Full(new FlagJson("kept", 5));
        await instance.Pass(() => _store.Heads > 0);
        await instance.Pass(TimeSpan.FromSeconds(20));

        Assert.Empty(_store.Written);
    }

    [Fact]
    public async Task A_late_snapshot_that_knows_more_than_the_server_said_is_not_overwritten()
    {
        Put(new FlagJson("a", 9));
        var reading = new TaskCompletionSource();
        _store.OnCall = _ => reading.Task;
        await using var instance = Instance();
        instance.Full(new FlagJson("a", 5));
        reading.SetResult();

        await instance.Pass(() => _store.Heads > 0);
        await instance.Pass(TimeSpan.FromSeconds(20));

        Assert.Empty(_store.Written);
    }

    private SnapshotInstance Instance() => new(_store, _clock);

    private void Put(params ItemJson[] items) => _store.Put(SnapshotOf.Name, SnapshotOf.Items(items));
}
