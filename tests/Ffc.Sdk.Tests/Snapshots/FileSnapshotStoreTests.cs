using Ffc.Sdk.Snapshots;
using Ffc.Sdk.Tests.TestData;

namespace Ffc.Sdk.Tests.Snapshots;

public sealed class FileSnapshotStoreTests : IDisposable
{
    private static readonly Snapshot First = SnapshotFactory.Create(new FlagJson("a", 1));
    private static readonly Snapshot Second = SnapshotFactory.Create(new FlagJson("a", 2).Serves("line\nbreak"));

    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"ffc-{Guid.NewGuid():N}", "snapshots");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        if (Directory.GetParent(_folder) is { Exists: true } parent)
            parent.Delete(recursive: true);
    }

    [Fact]
    public async Task Reads_return_null_when_the_folder_does_not_exist()
    {
        var store = new FileSnapshotStore(_folder);

        Assert.Null(await store.ReadAsync(SnapshotFactory.Name, Token));
        Assert.Null(await store.ReadMetadataAsync(SnapshotFactory.Name, Token));
        Assert.False(Directory.Exists(_folder));
    }

    [Fact]
    public async Task Only_the_user_of_the_process_can_access_files_and_folders()
    {
        if (OperatingSystem.IsWindows())
            return;

        Assert.True(await new FileSnapshotStore(_folder).TryWriteAsync(SnapshotFactory.Name, First, null, Token));

        // The snapshot and its lock.
        var files = Directory.GetFiles(_folder);
        Assert.Equal(2, files.Length);
        Assert.All(files, path => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, ModeOf(path)));
        Assert.All(
            [_folder, Path.GetDirectoryName(_folder)!],
            path => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, ModeOf(path)));

        static UnixFileMode? ModeOf(string path) => OperatingSystem.IsWindows() ? null : File.GetUnixFileMode(path);
    }

    [Fact]
    public async Task A_written_snapshot_is_read_by_another_process()
    {
        Assert.True(await new FileSnapshotStore(_folder).TryWriteAsync(SnapshotFactory.Name, First, null, Token));

        var stored = await new FileSnapshotStore(_folder).ReadAsync(SnapshotFactory.Name, Token);
        var metadata = await new FileSnapshotStore(_folder).ReadMetadataAsync(SnapshotFactory.Name, Token);

        Assert.Equal(First.Metadata, stored!.Metadata);
        Assert.Equal(First.Content.ToArray(), stored.Content.ToArray());
        Assert.Equal(First.Metadata, metadata!.Metadata);
        Assert.Empty(metadata.Content.ToArray());
        Assert.Equal(stored.ETag, metadata.ETag);
    }

    [Fact]
    public async Task TryWriteAsync_deletes_the_draft_of_a_process_that_ended()
    {
        var store = new FileSnapshotStore(_folder);
        Assert.True(await store.TryWriteAsync(SnapshotFactory.Name, First, null, Token));
        var draft = Directory.GetFiles(_folder, "*.gz").Single() + $".{Guid.NewGuid():N}.tmp";
        await File.WriteAllTextAsync(draft, "half of a snapshot", Token);
        var other = Path.Combine(_folder, $"{SnapshotFactory.Name}.other.{Guid.NewGuid():N}.tmp");
        await File.WriteAllTextAsync(other, "another snapshot that is being written", Token);

        Assert.False(await store.TryWriteAsync(SnapshotFactory.Name, Second, "no such ETag", Token));

        Assert.False(File.Exists(draft));
        Assert.True(File.Exists(other));
    }

    [Fact]
    public async Task TryWriteAsync_replaces_only_the_expected_snapshot()
    {
        var store = new FileSnapshotStore(_folder);
        Assert.False(await store.TryWriteAsync(SnapshotFactory.Name, First, "no such ETag", Token));
        Assert.True(await store.TryWriteAsync(SnapshotFactory.Name, First, null, Token));
        var first = (await store.ReadMetadataAsync(SnapshotFactory.Name, Token))!.ETag;

        Assert.False(await store.TryWriteAsync(SnapshotFactory.Name, Second, null, Token));
        Assert.True(await store.TryWriteAsync(SnapshotFactory.Name, Second, first, Token));
        Assert.False(await store.TryWriteAsync(SnapshotFactory.Name, First, first, Token));

        Assert.Equal("a@2", (await store.ReadAsync(SnapshotFactory.Name, Token))!.Flags());
    }

    [Fact]
    public async Task One_of_many_concurrent_writers_succeeds_in_each_round()
    {
        const int Writers = 8;
        const int Rounds = 5;
        var store = new FileSnapshotStore(_folder);
        for (var round = 0; round < Rounds; round++)
        {
            var etag = (await store.ReadMetadataAsync(SnapshotFactory.Name, Token))?.ETag;
            var results = await Task.WhenAll(Enumerable.Range(0, Writers).Select(i => Task.Run(() =>
            {
                var snapshot = SnapshotFactory.Create(new FlagJson("a", (round * Writers) + i));
                return new FileSnapshotStore(_folder).TryWriteAsync(SnapshotFactory.Name, snapshot, etag, Token);
            })));

            Assert.Single(results, isWritten => isWritten);
        }

        Assert.StartsWith("a@", (await store.ReadAsync(SnapshotFactory.Name, Token))!.Flags(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("not JSON\nsomething")]
    [InlineData("[1]\nsomething")]
    [InlineData("{\"a\":1}\nsomething")]
    [InlineData("{\"flags\":\"1\"")]
    public async Task A_damaged_file_is_read_as_a_snapshot_without_metadata_and_can_be_replaced(string text)
    {
        var store = new FileSnapshotStore(_folder);
        Directory.CreateDirectory(_folder);
        await File.WriteAllTextAsync(Path.Combine(_folder, SnapshotFactory.Name), text, Token);

        var stored = await store.ReadAsync(SnapshotFactory.Name, Token);
        Assert.Empty(stored!.Metadata);
        var etag = (await store.ReadMetadataAsync(SnapshotFactory.Name, Token))!.ETag;
        Assert.True(await store.TryWriteAsync(SnapshotFactory.Name, First, etag, Token));
        Assert.Equal("a@1", (await store.ReadAsync(SnapshotFactory.Name, Token))!.Flags());
    }

    [Fact]
    public async Task A_write_interrupted_by_a_crash_leaves_the_previous_snapshot()
    {
        var store = new FileSnapshotStore(_folder);
        await store.TryWriteAsync(SnapshotFactory.Name, First, null, Token);
        await File.WriteAllTextAsync(
            Path.Combine(_folder, $"{SnapshotFactory.Name}.{Guid.NewGuid():N}.tmp"), "{\"flags\"", Token);

        var stored = await store.ReadAsync(SnapshotFactory.Name, Token);

        Assert.Equal("a@1", stored!.Flags());
        Assert.True(await store.TryWriteAsync(SnapshotFactory.Name, Second, stored!.ETag, Token));
        Assert.Equal("a@2", (await store.ReadAsync(SnapshotFactory.Name, Token))!.Flags());
    }

    [Theory]
    [InlineData("../elsewhere")]
    [InlineData("a/b")]
    public async Task A_name_with_a_path_outside_the_folder_is_rejected(string name) =>
        await Assert.ThrowsAsync<ArgumentException>(() => new FileSnapshotStore(_folder).ReadAsync(name, Token));

    [Fact]
    public async Task TryWriteAsync_fails_at_once_when_the_lock_cannot_be_created()
    {
        if (OperatingSystem.IsWindows())
            return;

        Directory.CreateDirectory(_folder);
        var path = Path.Combine(_folder, $"{SnapshotFactory.Name}.lock");
        File.CreateSymbolicLink(path, path);

        await Assert.ThrowsAnyAsync<IOException>(() => new FileSnapshotStore(_folder)
            .TryWriteAsync(SnapshotFactory.Name, First, null, Token).WaitAsync(TimeSpan.FromSeconds(30), Token));
    }
}
