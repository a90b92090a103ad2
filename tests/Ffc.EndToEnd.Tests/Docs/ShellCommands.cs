using System.Text.Json;
using System.Text.RegularExpressions;
using Ffc.Tests;

namespace Ffc.EndToEnd.Tests.Docs;

/// <summary>Checks commands in documents without running them: the files and options in them must exist.</summary>
internal static partial class ShellCommands
{
    private static readonly string[] BasicCommands =
        ["[", "cd", "cp", "do", "done", "echo", "else", "export", "fi", "for", "if", "mv", "read", "rm", "then", "while", "zip"];

    private static readonly string[] DotnetVerbs =
        ["add", "build", "format", "nuget", "publish", "run", "test", "tool", "user-secrets"];

    /// <summary>The commands, one per line, with continuation lines joined.</summary>
    public static IEnumerable<string> In(string shell) => shell.Replace("\\\n", " ", StringComparison.Ordinal)
        .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Where(line => !line.StartsWith('#'));

    /// <summary>True if a code span is a command.</summary>
    public static bool IsCommand(string code) =>
        code.Contains(' ', StringComparison.Ordinal)
        && Names(code).FirstOrDefault() is { } name
        && !BasicCommands.Contains(name)
        && IsKnown(name);

    /// <summary>True if a code span is the path of a file or folder of the repository.</summary>
    public static bool IsPath(string code) => PathInCommand().Match(code) is { Success: true } match && match.Value == code;

    /// <summary>Fails if a command is unknown or refers to something that does not exist.</summary>
    public static void Check(string line)
    {
        Assert.All(
            Names(line),
            name => Assert.True(IsKnown(name) || BasicCommands.Contains(name), $"no test checks the command {name}"));
        Assert.All(PathInCommand().Matches(line), path => AssertExists(path.Groups[1].Value));
        Assert.All(DotnetVerb().Matches(line), verb => Assert.Contains(verb.Groups[1].Value, DotnetVerbs));
        Assert.All(
            NpmPackage().Matches(line),
            package => Assert.Equal(PinnedVersion(package.Groups[1].Value), package.Groups[2].Value));
        Assert.All(
            TestClass().Matches(line),
            test => AssertExists($"tests/{test.Groups[1].Value}{test.Groups[2].Value.Replace('.', '/')}.cs"));
        if (line.Contains(" --template-file infra/main.bicep ", StringComparison.Ordinal))
            CheckDeployment(line);
    }

    public static void AssertExists(string path)
    {
        // A copy of the sample. It is not in the repository.
        if (path.EndsWith("/local.settings.json", StringComparison.Ordinal))
            path = "local.settings.sample.json";

        var full = Path.Combine(Repository.Root, path);
        Assert.True(Path.Exists(full), $"{path} does not exist");
        if (Path.GetExtension(path) == ".sh" || path.StartsWith(".ci/", StringComparison.Ordinal))
        {
            Assert.True(
                OperatingSystem.IsWindows() || File.GetUnixFileMode(full).HasFlag(UnixFileMode.UserExecute),
                $"{path} is not executable");
        }
    }

    private static bool IsKnown(string name) => name switch
    {
        // These need Azure, Core Tools, Docker or the network, so only their arguments are checked.
        "az" or "azd" or "docker" or "ffc-dev" or "func" or "npx" => true,

        // Workflows, .ci/run and other tests run these. Here, only the arguments are checked.
        "dotnet" or "node" => true,
        "curl" => true,
        _ => name.StartsWith(".ci/", StringComparison.Ordinal) || name.StartsWith("benchmarks/", StringComparison.Ordinal),
    };

    private static IEnumerable<string> Names(string line) =>
        CommandName().Matches(Quoted().Replace(line, "''")).Select(match => match.Groups[1].Value);

    private static void CheckDeployment(string line)
    {
        var template = File.ReadAllText(Path.Combine(Repository.Root, "infra", "main.bicep"));
        var parameters = Parameter().Matches(template)
            .ToLookup(match => match.Groups["default"].Success, match => match.Groups["name"].Value);
        var given = ParameterInCommand().Matches(line.Split("--parameters")[1])
            .Select(match => match.Groups[1].Value).ToHashSet();

        Assert.Empty(parameters[false].Except(given));
        Assert.Empty(given.Except(parameters[false]).Except(parameters[true]));
    }

    private static string? PinnedVersion(string package)
    {
        using var tools = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "tests", "tools", "package.json")));
        return tools.RootElement.GetProperty("dependencies").GetProperty(package).GetString();
    }

    // The name of a command, after variables that are set only for it. A name before "=" is such a variable.
    [GeneratedRegex(@"(?:^|\||&&|;|\(|\b(?:do|then|else|if|while)\s)\s*(?:\w+=[^\s(]*\s+)*((?>\[|[A-Za-z_.][\w./-]*))(?!=)")]
    private static partial Regex CommandName();

    [GeneratedRegex("'[^']*'")]
    private static partial Regex Quoted();

    [GeneratedRegex(
        @"(?<![\w./:-])((?:\.ci|benchmarks|container|docs|infra|samples|src|tests)/[\w./-]+|[\w.-]+\.(?:sln|sample\.json))")]
    private static partial Regex PathInCommand();

    [GeneratedRegex(@"\bdotnet (\w[\w-]*)")]
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
