using System.Text.Json;
using System.Text.RegularExpressions;
using Ffc.EndToEnd.Tests.Processes;

namespace Ffc.EndToEnd.Tests.Docs;

/// <summary>Checks the commands of documents as far as that goes without running them: what they need must be there.</summary>
internal static partial class ShellCommands
{
    private static readonly string[] OfTheShell =
        ["[", "cd", "cp", "do", "done", "echo", "else", "export", "fi", "if", "read", "then", "while", "zip"];

    private static readonly string[] OfDotnet = ["build", "format", "publish", "run", "test"];

    /// <summary>The commands with all that belongs to each, one a line.</summary>
    public static IEnumerable<string> In(string shell) => shell.Replace("\\\n", " ", StringComparison.Ordinal)
        .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Where(line => !line.StartsWith('#'));

    /// <summary>Whether a piece of code within the text is a command.</summary>
    public static bool IsCommand(string code) =>
        code.Contains(' ', StringComparison.Ordinal) && Names(code).FirstOrDefault() is { } name && !OfTheShell.Contains(name) && IsKnown(name);

    /// <summary>Fails where a command is none that is known here, or names what is not there.</summary>
    public static void Check(string line)
    {
        Assert.All(Names(line), name => Assert.True(IsKnown(name) || OfTheShell.Contains(name), $"{name} is a command that nothing here checks"));
        Assert.All(PathInCommand().Matches(line), path => AssertIsThere(path.Groups[1].Value));
        Assert.All(DotnetVerb().Matches(line), verb => Assert.Contains(verb.Groups[1].Value, OfDotnet));
        Assert.All(NpmPackage().Matches(line), package => Assert.Equal(PinnedVersion(package.Groups[1].Value), package.Groups[2].Value));
        Assert.All(TestClass().Matches(line), test => AssertIsThere($"tests/{test.Groups[1].Value}{test.Groups[2].Value.Replace('.', '/')}.cs"));
        if (line.Contains(" --template-file infra/main.bicep ", StringComparison.Ordinal))
            CheckDeployment(line);
    }

    private static bool IsKnown(string name) => name switch
    {
        // These need Azure, Core Tools, Docker or the network; what they are given is looked at.
        "az" or "azd" or "docker" or "func" or "npx" => true,

        // Run by the workflows, by .ci/run and by tests of their own; here, too, what they are given is looked at.
        "dotnet" or "node" => true,
        "curl" => true,
        _ => name.StartsWith(".ci/", StringComparison.Ordinal) || name.StartsWith("benchmarks/", StringComparison.Ordinal),
    };

    private static IEnumerable<string> Names(string line) =>
        CommandName().Matches(Quoted().Replace(line, "''")).Select(match => match.Groups[1].Value);

    private static void AssertIsThere(string path)
    {
        // A copy of the sample, which nobody commits.
        if (path.EndsWith("/local.settings.json", StringComparison.Ordinal))
            path = "local.settings.sample.json";

        var full = Path.Combine(Repository.Root, path);
        Assert.True(Path.Exists(full), $"there is no {path}");
        if (Path.GetExtension(path) == ".sh" || path.StartsWith(".ci/", StringComparison.Ordinal))
            Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(full).HasFlag(UnixFileMode.UserExecute), $"{path} cannot be executed");
    }

    private static void CheckDeployment(string line)
    {
        var template = File.ReadAllText(Path.Combine(Repository.Root, "infra", "main.bicep"));
        var parameters = Parameter().Matches(template).ToLookup(match => match.Groups["default"].Success, match => match.Groups["name"].Value);
        var given = ParameterInCommand().Matches(line.Split("--parameters")[1]).Select(match => match.Groups[1].Value).ToHashSet();

        Assert.Empty(parameters[false].Except(given));
        Assert.Empty(given.Except(parameters[false]).Except(parameters[true]));
    }

    private static string? PinnedVersion(string package)
    {
        using var tools = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "tests", "tools", "package.json")));
        return tools.RootElement.GetProperty("dependencies").GetProperty(package).GetString();
    }

    // Where a command begins, and behind the variables that are set for it alone. What is followed by "=" is itself such a variable.
    [GeneratedRegex(@"(?:^|\||&&|;|\(|\b(?:do|then|else|if|while)\s)\s*(?:\w+=[^\s(]*\s+)*((?>\[|[A-Za-z_.][\w./-]*))(?!=)")]
    private static partial Regex CommandName();

    [GeneratedRegex("'[^']*'")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"(?<![\w./:-])((?:\.ci|benchmarks|container|docs|infra|samples|src|tests)/[\w./-]+|[\w.-]+\.(?:sln|sample\.json))")]
    private static partial Regex PathInCommand();

    [GeneratedRegex(@"\bdotnet (\w+)")]
    private static partial Regex DotnetVerb();

    [GeneratedRegex(@"\bnpx (?:--yes )?([\w-]+)@(\S+)")]
    private static partial Regex NpmPackage();

    [GeneratedRegex(@" -class (Ffc\.\w+\.Tests)((?:\.\w+)+)")]
    private static partial Regex TestClass();

    [GeneratedRegex(@"^param (?<name>\w+) [\w\[\]]+(?<default> =)?", RegexOptions.Multiline)]
    private static partial Regex Parameter();

    [GeneratedRegex(@"\s(\w+)=")]
    private static partial Regex ParameterInCommand();
}
