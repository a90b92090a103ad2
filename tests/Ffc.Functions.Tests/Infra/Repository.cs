using System.Text.RegularExpressions;

namespace Ffc.Functions.Tests.Infra;

/// <summary>Reads files of the repository.</summary>
internal static partial class Repository
{
    public static string Root { get; } = Ancestors(new DirectoryInfo(AppContext.BaseDirectory))
        .First(directory => File.Exists(Path.Combine(directory.FullName, "Ffc.sln"))).FullName;

    public static string PathOf(string path) => Path.Combine(Root, path);

    public static string Read(string path) => File.ReadAllText(PathOf(path)).ReplaceLineEndings("\n");

    /// <summary>The C# code that runs in Azure: the function app and the SDK.</summary>
    public static string DeployedSource { get; } = string.Join('\n',
        new[] { "src/Ffc.Functions", "src/Ffc.Sdk" }
            .SelectMany(folder => Directory.EnumerateFiles(PathOf(folder), "*.cs", SearchOption.AllDirectories))
            .Where(file => !BuildOutput().IsMatch(file))
            .Select(File.ReadAllText));

    /// <summary>
    /// The settings that triggers refer to as <c>%Section:Name%</c>, written as app settings: <c>Section__Name</c>.
    /// </summary>
    public static IReadOnlyCollection<string> TriggerSettings { get; } =
        [.. SettingInTrigger().Matches(DeployedSource)
            .Select(match => match.Groups[1].Value.Replace(":", "__", StringComparison.Ordinal))
            .Distinct()];

    [GeneratedRegex(@"Trigger\([^)]*""%([\w:]+)%""")]
    private static partial Regex SettingInTrigger();

    [GeneratedRegex(@"[\\/](bin|obj)[\\/]")]
    private static partial Regex BuildOutput();

    private static IEnumerable<DirectoryInfo> Ancestors(DirectoryInfo? directory)
    {
        for (; directory is not null; directory = directory.Parent)
            yield return directory;
    }
}
