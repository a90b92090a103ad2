using System.Text;
using Ffc.Sdk.Snapshots;
using Ffc.Sdk.Tests.TestData;

namespace Ffc.Sdk.Tests.Snapshots;

public sealed class FileSnapshotStoreTests : IDisposable
{
    private static readonly Snapshot First = SnapshotOf.Items(new FlagJson("a", 1));
    private static readonly Snapshot Second = SnapshotOf.Items(new FlagJson("a", 2).Serves("line\nbreak"));

    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"ffc-{Guid.NewGuid():N}", "snapshots");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        if (Directory.GetParent(_folder) is { Exists: true } parent)
            parent.Delete(recursive: true);
    }

    [Fact]
    public async Task Where_there_is_no_folder_there_is_no_snapshot()
    {
        var store = new FileSnapshotStore(_folder);

        Assert.Null(await store.ReadAsync(SnapshotOf.Name, Token));
        Assert.Null(await store.ReadHeadAsync(SnapshotOf.Name, Token));
        Assert.False(Directory.Exists(_folder));
    }

    [Fact]
    public async Task What_is_written_is_read_by_another_process()
    {
        Assert.True(await new FileSnapshotStore(_folder).TryWriteAsync(SnapshotOf.Name, First, null, Token));

        var stored = await new FileSnapshotStore(_folder).ReadAsync(SnapshotOf.Name, Token);
        var head = await new FileSnapshotStore(_folder).ReadHeadAsync(SnapshotOf.Name, Token);

        Assert.Equal(First.Metadata, stored!.Snapshot.Metadata);
        Assert.Equal(First.Content.ToArray(), stored.Snapshot.Content.ToArray());
        Assert.Equal(First.Metadata, head!.Metadata);
        Assert.Equal(stored.Tag, head.Tag);
    }

    [Fact]
    public async Task A_write_takes_the_place_only_of_what_it_knows()
    {
        var store = new FileSnapshotStore(_folder);
        Assert.False(await store.TryWriteAsync(SnapshotOf.Name, First, "no such tag", Token));
        Assert.True(await store.TryWriteAsync(SnapshotOf.Name, First, null, Token));
        var first = (await store.ReadHeadAsync(SnapshotOf.Name, Token))!.Tag;

        Assert.False(await store.TryWriteAsync(SnapshotOf.Name, Second, null, Token));
        Assert.True(await store.TryWriteAsync(SnapshotOf.Name, Second, first, Token));
        Assert.False(await store.TryWriteAsync(SnapshotOf.Name, First, first, Token));

        Assert.Equal("a@2", (await store.ReadAsync(SnapshotOf.Name, Token))!.Snapshot.Flags());
    }

    [Fact]
    public async Task Of_many_writers_at_once_one_wins_each_round()
    {
        const int Writers = 8;
        const int Rounds = 5;
        var store = new FileSnapshotStore(_folder);
        for (var round = 0; round < Rounds; round++)
        {
            var tag = (await store.ReadHeadAsync(SnapshotOf.Name, Token))?.Tag;
            var wins = await Task.WhenAll(Enumerable.Range(0, Writers).Select(i => Task.Run(() =>
                new FileSnapshotStore(_folder).TryWriteAsync(SnapshotOf.Name, SnapshotOf.Items(new FlagJson("a", (round * Writers) + i)), tag, Token))));

            Assert.Single(wins, won => won);
        }

        Assert.StartsWith("a@", (await store.ReadAsync(SnapshotOf.Name, Token))!.Snapshot.Flags(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("not JSON\nsomething")]
    [InlineData("[1]\nsomething")]
    [InlineData("{\"a\":1}\nsomething")]
    [InlineData("{\"flags\":\"1\"")]
    public async Task A_file_of_anything_else_is_read_as_a_snapshot_that_says_nothing_and_can_be_replaced(string text)
    {
        var store = new FileSnapshotStore(_folder);
        Directory.CreateDirectory(_folder);
        await File.WriteAllTextAsync(Path.Combine(_folder, SnapshotOf.Name), text, Token);

        var stored = await store.ReadAsync(SnapshotOf.Name, Token);
        Assert.Empty(stored!.Snapshot.Metadata);
        Assert.True(await store.TryWriteAsync(SnapshotOf.Name, First, (await store.ReadHeadAsync(SnapshotOf.Name, Token))!.Tag, Token));
        Assert.Equal("a@1", (await store.ReadAsync(SnapshotOf.Name, Token))!.Snapshot.Flags());
    }

    [Fact]
    public async Task A_write_that_a_crash_cut_short_leaves_what_was_there()
    {
        var store = new FileSnapshotStore(_folder);
        await store.TryWriteAsync(SnapshotOf.Name, First, null, Token);
        await File.WriteAllBytesAsync(Path.Combine(_folder, SnapshotOf.Name + ".tmp"), Encoding.UTF8.GetBytes("{\"flags\""), Token);

        var stored = await store.ReadAsync(SnapshotOf.Name, Token);

        Assert.Equal("a@1", stored!.Snapshot.Flags());
        Assert.True(await store.TryWriteAsync(SnapshotOf.Name, Second, stored.Tag, Token));
        Assert.Equal("a@2", (await store.ReadAsync(SnapshotOf.Name, Token))!.Snapshot.Flags());
    }

    [Theory]
    [InlineData("../elsewhere")]
    [InlineData("a/b")]
    public async Task A_name_leads_nowhere_else(string name) =>
        await Assert.ThrowsAsync<ArgumentException>(() => new FileSnapshotStore(_folder).ReadAsync(name, Token));
}
