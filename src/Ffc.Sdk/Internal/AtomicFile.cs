namespace Ffc.Sdk.Internal;

/// <summary>Writes files atomically: after a failure, a file is either complete or does not exist.</summary>
internal static class AtomicFile
{
    /// <summary>The extension of a draft, which is written first and then moved into place.</summary>
    public const string DraftExtension = ".tmp";

    // The codes that .NET gives an exception for a file that is locked: a result of Windows, or the errno of a lock on Unix.
    private const int SharingViolation = unchecked((int)0x80070020);
    private const int LockViolation = unchecked((int)0x80070021);
    private const int LinuxWouldBlock = 11;
    private const int BsdWouldBlock = 35;

    // No other process may open a file meanwhile. On Windows, FileShare.None would also prevent a move.
    private static readonly FileShare Exclusive = OperatingSystem.IsWindows() ? FileShare.Delete : FileShare.None;

    /// <summary>Opens an existing file exclusively, until the stream is disposed of.</summary>
    public static FileStream OpenExclusively(string path) => new(path, FileMode.Open, FileAccess.ReadWrite, Exclusive);

    /// <summary>Whether the file could not be opened because it is open elsewhere.</summary>
    public static bool IsInUse(Exception exception) => exception is IOException
        && (OperatingSystem.IsWindows()
            ? exception.HResult is SharingViolation or LockViolation
            : exception.HResult == (OperatingSystem.IsLinux() ? LinuxWouldBlock : BsdWouldBlock));

    /// <summary>
    /// Writes a draft beside the file, flushes it to disk, and moves it into place. If this fails, the draft is deleted. Creates
    /// the folder if needed, and replaces an existing file. Only the user of the process can access them.
    /// </summary>
    public static Task WriteAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        TryWriteAsync(path, content, static () => true, cancellationToken);

    /// <summary>Writes a file as <see cref="WriteAsync"/> does, if a condition still holds when the draft is complete.</summary>
    /// <param name="path">The path.</param>
    /// <param name="content">The content.</param>
    /// <param name="mayMove">Is called directly before the move. The draft is deleted if the result is false.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <param name="mode">The permissions of the file on Unix. By default, only the user of the process can access it.</param>
    /// <returns>Whether the file was written.</returns>
    public static async Task<bool> TryWriteAsync(
        string path,
        ReadOnlyMemory<byte> content,
        Func<bool> mayMove,
        CancellationToken cancellationToken,
        UnixFileMode? mode = null)
    {
        PrivateFile.CreateFolder(Path.GetDirectoryName(path)!);

        // The name is random, because other programs may also write to the folder.
        var draft = $"{path}.{Guid.NewGuid():N}{DraftExtension}";
        var isMoved = false;
        try
        {
            var file = PrivateFile.Create(draft, Exclusive);
            await using (file.ConfigureAwait(false))
            {
                await file.WriteAsync(content, cancellationToken).ConfigureAwait(false);
                file.Flush(flushToDisk: true);
                if (mode is { } unixMode && !OperatingSystem.IsWindows())
                    File.SetUnixFileMode(file.SafeFileHandle, unixMode);
            }

            // The draft is closed, so that others can open the file at once.
            if (!mayMove())
                return false;

            File.Move(draft, path, overwrite: true);
            return isMoved = true;
        }
        finally
        {
            if (!isMoved)
                File.Delete(draft);
        }
    }

    /// <summary>
    /// Deletes the drafts of a file whose processes ended while they wrote. Nothing may write the file at the same time.
    /// </summary>
    public static void DeleteDrafts(string path)
    {
        var start = Path.GetFileName(path) + ".";
        var length = start.Length + Guid.Empty.ToString("N").Length + DraftExtension.Length;
        foreach (var draft in Directory.GetFiles(Path.GetDirectoryName(path)!, "*" + DraftExtension))
        {
            var name = Path.GetFileName(draft);
            if (name.Length == length && name.StartsWith(start, StringComparison.Ordinal))
                File.Delete(draft);
        }
    }
}
