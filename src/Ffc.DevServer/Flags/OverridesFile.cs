using Ffc.Sdk.Protocol;

namespace Ffc.DevServer.Flags;

/// <summary>The file with the local overrides of a mirrored environment.</summary>
internal static class OverridesFile
{
    // A folder in the working directory. Git ignores it.
    private const string Folder = ".ffc";

    private const string Empty = """
        {
          // Local overrides of flags. The mirrored environment never receives them.
        }

        """;

    /// <summary>Returns the path of the file, and creates the file if it does not exist.</summary>
    /// <exception cref="IOException">The file cannot be created.</exception>
    public static string FindOrCreate(MirrorOptions options)
    {
        var name = ServerProtocol.Parse(options.EnvSecret).EnvironmentName;
        var path = Path.GetFullPath(options.OverridesPath ?? Path.Combine(Folder, $"overrides-{name}.json"));
        if (!File.Exists(path))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, Empty);
        }

        return path;
    }
}
