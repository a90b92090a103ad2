namespace Ffc.DevServer.Flags;

/// <summary>Finds the sample flags and their schema.</summary>
internal static class SampleFlags
{
    /// <summary>The name of the schema of the flags file.</summary>
    public const string SchemaFile = "flags.schema.json";

    private const string Folder = "samples";

    /// <summary>
    /// Returns the repository's file if the current directory or the program is inside the repository. Otherwise returns the copy
    /// beside the program.
    /// </summary>
    /// <param name="file">The name of the file.</param>
    public static string Find(string file) =>
        FindInRepository(Directory.GetCurrentDirectory(), file)
        ?? FindInRepository(AppContext.BaseDirectory, file)
        ?? Path.Combine(AppContext.BaseDirectory, Folder, file);

    private static string? FindInRepository(string start, string file)
    {
        for (var directory = new DirectoryInfo(start); directory is not null; directory = directory.Parent)
        {
            var path = Path.Combine(directory.FullName, Folder, file);
            // Other directories can have samples too; only the repository has the solution file.
            if (File.Exists(Path.Combine(directory.FullName, "Ffc.sln")) && File.Exists(path))
                return path;
        }

        return null;
    }
}
