namespace Ffc.EndToEnd.Tests.Processes;

/// <summary>Finds the files of the repository that the tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Ffc.sln")))
                return folder.FullName;
        }

        throw new DirectoryNotFoundException($"No Ffc.sln above {AppContext.BaseDirectory}.");
    }
}
