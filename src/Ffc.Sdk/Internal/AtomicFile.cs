namespace Ffc.Sdk.Internal;

/// <summary>Writes files atomically: after a failure, a file is either complete or does not exist.</summary>
internal static class AtomicFile
{
    /// <summary>The extension of a draft, which is written first and then moved into place.</summary>
    public const string DraftExtension = ".tmp";

    // No other process may open a draft while it is written. On Windows, FileShare.None would also prevent the move.
    private static readonly FileShare Exclusive = OperatingSystem.IsWindows() ? FileShare.Delete : FileShare.None;

    // The codes that .NET gives an exception for a file that is locked: a result of Windows, or the errno of a lock on Unix.
    private const int SharingViolation = unchecked((int)0x80070020);
    private const int LockViolation = unchecked((int)0x80070021);
    private const int LinuxWouldBlock = 11;
    private const int BsdWouldBlock = 35;

    /// <summary>Opens an existing file exclusively, until the stream is disposed of.</summary>
    public static FileStream OpenExclusively(string path) => new(path, FileMode.Open, FileAccess.ReadWrite, Exclusive);

    /// <summary>Whether the file could not be opened because it is open elsewhere.</summary>
    public static bool IsInUse(Exception exception) => exception is IOException
        && (OperatingSystem.IsWindows()
            ? exception.HResult is SharingViolation or LockViolation
            : exception.HResult == (OperatingSystem.IsLinux() ? LinuxWouldBlock : BsdWouldBlock));

    /// <summary>
    /// Writes a draft beside the file, flushes it to disk, and moves it into place. If this fails, the draft is deleted. Creates
    /// the folder if needed, and replaces an existing file. Only the user of the process can access them, unless a mode is given.
    /// </summary>
    public static async Task WriteAsync(
        string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken, UnixFileMode? mode = null)
    {
        PrivateFile.CreateFolder(Path.GetDirectoryName(path)!);
        var draft = path + DraftExtension;
        var file = PrivateFile.OpenOrCreate(draft, Exclusive);
        await using (file.ConfigureAwait(false))
        {
            try
            {
                PrivateFile.Protect(draft);
                file.SetLength(0);
                await file.WriteAsync(content, cancellationToken).ConfigureAwait(false);
                file.Flush(flushToDisk: true);
                if (mode is { } unixMode && !OperatingSystem.IsWindows())
                    File.SetUnixFileMode(draft, unixMode);
                File.Move(draft, path, overwrite: true);
            }
            catch
            {
                File.Delete(draft);
                throw;
            }
        }
    }
}
