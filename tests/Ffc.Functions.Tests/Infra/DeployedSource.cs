using System.Text.RegularExpressions;
using Ffc.Tests;

namespace Ffc.Functions.Tests.Infra;

/// <summary>The C# code that runs in Azure: the function app and the packages that it uses.</summary>
internal static partial class DeployedSource
{
    public static string Text { get; } = string.Join('\n',
        new[] { "src/Ffc.Functions", "src/Ffc.Sdk.AzureStorage", "src/Ffc.Sdk" }
            .SelectMany(folder => Directory.EnumerateFiles(Repository.PathOf(folder), "*.cs", SearchOption.AllDirectories))
            .Where(file => !BuildOutput().IsMatch(file))
            .Select(File.ReadAllText));

    /// <summary>
    /// The settings that triggers read as <c>%Section:Name%</c>, as names of app settings: <c>Section__Name</c>.
    /// </summary>
    public static IReadOnlyCollection<string> TriggerSettings { get; } =
    [
        .. SettingInTrigger().Matches(Text)
            .Select(match => match.Groups[1].Value.Replace(":", "__", StringComparison.Ordinal))
            .Distinct(),
    ];

    [GeneratedRegex(@"Trigger\([^)]*""%([\w:]+)%""")]
    private static partial Regex SettingInTrigger();

    [GeneratedRegex(@"[\\/](bin|obj)[\\/]")]
    private static partial Regex BuildOutput();
}
