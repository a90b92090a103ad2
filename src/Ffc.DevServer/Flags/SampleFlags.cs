namespace Ffc.DevServer.Flags;

/// <summary>Finds the sample flags.</summary>
internal static class SampleFlags
{
    private const string RelativePath = "samples/flags.json";

    /// <summary>
    /// Returns the repository's file if the current directory or the program is inside the repository. Otherwise returns the copy
    /// beside the program.
    /// </summary>
    public static string Find() =>
        FindInRepository(Directory.GetCurrentDirectory())
        ?? FindInRepository(AppContext.BaseDirectory)
        ?? Path.Combine(AppContext.BaseDirectory, RelativePath);

    private static string? FindInRepository(string start)
    {
        for (var directory = new DirectoryInfo(start); directory is not null; directory = directory.Parent)
        {
            var path = Path.Combine(directory.FullName, RelativePath);
            // Other directories can have samples too; only the repository has the solution file.
            if (File.Exists(Path.Combine(directory.FullName, "Ffc.sln")) && File.Exists(path))
                return path;
        }

        return null;
    }
}
