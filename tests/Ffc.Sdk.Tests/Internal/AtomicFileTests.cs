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
    public async Task WriteAsync_restricts_the_access_to_a_draft_that_another_program_left()
    {
        if (OperatingSystem.IsWindows())
            return;

        var path = Path.Combine(_folder.FullName, "file");
        await File.WriteAllTextAsync(path + AtomicFile.DraftExtension, "a longer draft", Token);

        await AtomicFile.WriteAsync(path, new byte[] { 1 }, Token);

        Assert.Equal([1], await File.ReadAllBytesAsync(path, Token));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
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
