using Ffc.Sdk.Internal;

namespace Ffc.Sdk.Tests.Internal;

public sealed class AtomicFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ffc-");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task WriteAsync_creates_the_folder_and_replaces_an_existing_file()
    {
        var path = Path.Combine(_folder.FullName, "new", "file");

        await AtomicFile.WriteAsync(path, new byte[] { 1, 2, 3 }, Token);
        await AtomicFile.WriteAsync(path, new byte[] { 4 }, Token);

        Assert.Equal([4], await File.ReadAllBytesAsync(path, Token));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public async Task WriteAsync_keeps_other_files_and_restricts_the_access()
    {
        var path = Path.Combine(_folder.FullName, "file");
        await File.WriteAllTextAsync(path + AtomicFile.DraftExtension, "of the user", Token);

        await AtomicFile.WriteAsync(path, new byte[] { 1 }, Token);

        Assert.Equal([1], await File.ReadAllBytesAsync(path, Token));
        Assert.Equal("of the user", await File.ReadAllTextAsync(path + AtomicFile.DraftExtension, Token));
        Assert.Equal(2, _folder.GetFiles().Length);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    [Fact]
    public async Task WriteAsync_does_not_follow_a_link()
    {
        if (OperatingSystem.IsWindows())
            return;

        var path = Path.Combine(_folder.FullName, "file");
        var victim = Path.Combine(_folder.FullName, "victim");
        await File.WriteAllTextAsync(victim, "of somebody else", Token);
        File.CreateSymbolicLink(path + AtomicFile.DraftExtension, victim);

        await AtomicFile.WriteAsync(path, new byte[] { 1 }, Token);

        Assert.Equal("of somebody else", await File.ReadAllTextAsync(victim, Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TryWriteAsync_asks_when_the_draft_is_complete_and_closed(bool mayMove)
    {
        var path = Path.Combine(_folder.FullName, "file");
        await File.WriteAllBytesAsync(path, [1], Token);
        byte[] draft = [];

        var isWritten = await AtomicFile.TryWriteAsync(
            path,
            new byte[] { 2 },
            () =>
            {
                draft = File.ReadAllBytes(Assert.Single(_folder.GetFiles("*" + AtomicFile.DraftExtension)).FullName);
                File.WriteAllBytes(path, [3]);
                return mayMove;
            },
            Token);

        Assert.Equal(mayMove, isWritten);
        Assert.Equal([2], draft);
        Assert.Equal(mayMove ? [2] : [3], await File.ReadAllBytesAsync(path, Token));
        Assert.Single(_folder.GetFiles());
    }

    [Fact]
    public async Task DeleteDrafts_deletes_only_drafts_of_the_file()
    {
        var path = Path.Combine(_folder.FullName, "file");
        string[] others =
            ["file", "file.tmp", "file.x.tmp", $"file.other.{Guid.NewGuid():N}.tmp", $"a-file.{Guid.NewGuid():N}.tmp"];
        foreach (var name in others.Append($"file.{Guid.NewGuid():N}.tmp"))
            await File.WriteAllTextAsync(Path.Combine(_folder.FullName, name), "", Token);

        AtomicFile.DeleteDrafts(path);

        Assert.Equal(others.Order(), _folder.GetFiles().Select(file => file.Name).Order());
    }

    [Fact]
    public async Task A_failed_write_deletes_the_draft()
    {
        // A file cannot replace a folder.
        var path = _folder.CreateSubdirectory("taken").FullName;

        await Assert.ThrowsAnyAsync<SystemException>(() => AtomicFile.WriteAsync(path, new byte[] { 1 }, Token));

        Assert.Empty(_folder.GetFiles());
    }
}
