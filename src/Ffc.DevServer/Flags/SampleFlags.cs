namespace Ffc.DevServer.Flags;

/// <summary>Finds the sample flags.</summary>
internal static class SampleFlags
{
    private const string RelativePath = "samples/flags.json";

    /// <summary>The repository's file if the current directory or the program lies in it, else the program's copy.</summary>
    public static string Find() =>
        Above(Directory.GetCurrentDirectory())
        ?? Above(AppContext.BaseDirectory)
        ?? Path.Combine(AppContext.BaseDirectory, RelativePath);

    private static string? Above(string start)
    {
        for (var directory = new DirectoryInfo(start); directory is not null; directory = directory.Parent)
        {
            var path = Path.Combine(directory.FullName, RelativePath);
            // The solution tells the repository from any other directory that has samples.
            if (File.Exists(Path.Combine(directory.FullName, "Ffc.sln")) && File.Exists(path))
                return path;
        }

        return null;
    }
}
