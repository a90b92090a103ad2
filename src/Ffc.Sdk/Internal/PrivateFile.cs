namespace Ffc.Sdk.Internal;

/// <summary>
/// Creates files and folders that only the user of the process can access, because they contain the users of the application. On
/// Windows, the permissions of the folder apply.
/// </summary>
internal static class PrivateFile
{
    private const UnixFileMode OwnFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnFolder = OwnFile | UnixFileMode.UserExecute;

    /// <summary>Opens a file for writing, and creates it if needed.</summary>
    public static FileStream OpenOrCreate(string path, FileShare share) => Open(path, FileMode.OpenOrCreate, share);

    /// <summary>Creates a file for writing. Throws an <see cref="IOException"/> if the path exists, even as a link.</summary>
    public static FileStream Create(string path, FileShare share) => Open(path, FileMode.CreateNew, share);

    /// <summary>Creates a folder and its parents if they do not exist.</summary>
    public static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return;
        }

        // .NET would create the parents with the default permissions.
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } parent && !Directory.Exists(parent))
            CreateFolder(parent);
        Directory.CreateDirectory(path, OwnFolder);
    }

    /// <summary>Restricts the access to an existing file, which may be from another program or an earlier version.</summary>
    public static void Protect(string path)
    {
        if (!OperatingSystem.IsWindows() && File.GetUnixFileMode(path) != OwnFile)
            File.SetUnixFileMode(path, OwnFile);
    }

    private static FileStream Open(string path, FileMode mode, FileShare share)
    {
        var options = new FileStreamOptions
        {
            Mode = mode,
            Access = FileAccess.ReadWrite,
            Share = share,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnFile;
        return new FileStream(path, options);
    }
}
