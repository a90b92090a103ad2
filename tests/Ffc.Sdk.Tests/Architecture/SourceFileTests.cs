using System.Text.RegularExpressions;
using Ffc.Tests;

namespace Ffc.Sdk.Tests.Architecture;

/// <summary>Rules for the source files of the repository. Each test lists all files that break its rule.</summary>
public sealed partial class SourceFileTests
{
    private const int MaxLineLength = 130;

    [Fact]
    public void A_line_has_at_most_130_characters()
    {
        var offenders =
            from file in SourceFiles("src", "tests", "benchmarks")
            from line in File.ReadLines(file).Select((text, index) => (text.Length, Number: index + 1))
            where line.Length > MaxLineLength
            select $"{NameOf(file)}:{line.Number}: {line.Length} characters";

        Rule.HasNoOffenders(offenders);
    }

    [Fact]
    public void A_public_type_is_in_a_file_of_its_name()
    {
        var types =
            from file in SourceFiles("src")
            from Match match in PublicType().Matches(File.ReadAllText(file))
            select (File: NameOf(file), Name: match.Groups["name"].Value);

        Assert.NotEmpty(types);
        // The files of a partial type also name their content: FfcClient.Tracking.cs.
        Rule.HasNoOffenders(
            from type in types
            where Path.GetFileName(type.File).Split('.')[0] != type.Name
            select $"{type.File}: {type.Name}");
    }

    [Fact]
    public void Flags_and_evaluation_do_not_mention_the_protocol()
    {
        // Constants and references in documentation are not visible in the assembly, so ArchitectureTests cannot find them.
        var files = SourceFiles("src/Ffc.Sdk/Flags", "src/Ffc.Sdk/Evaluation").ToList();

        Assert.NotEmpty(files);
        Rule.HasNoOffenders(files.Where(file => ProtocolNamespace().IsMatch(File.ReadAllText(file))).Select(NameOf));
    }

    [Fact]
    public void Messages_of_exceptions_are_used_without_credentials()
    {
        var files = SourceFiles("src/Ffc.Sdk").Where(file => NameOf(file) != "src/Ffc.Sdk/Internal/UriCredentials.cs").ToList();

        Assert.NotEmpty(files);
        Rule.HasNoOffenders(
            from file in files
            where ExceptionMessage().IsMatch(File.ReadAllText(file))
            select $"{NameOf(file)}: use SafeMessage()");
    }

    [Fact]
    public void Every_log_message_has_an_event_id_that_no_other_one_has()
    {
        var messages =
            from file in SourceFiles("src")
            from Match match in LogMessage().Matches(File.ReadAllText(file))
            select (File: NameOf(file), EventId: match.Groups["id"].Value);

        Assert.NotEmpty(messages);
        Rule.HasNoOffenders(
            from message in messages
            group message by message.EventId into sameId
            where sameId.Key.Length == 0 || sameId.Count() > 1
            from message in sameId
            select $"{message.File}: {(sameId.Key.Length == 0 ? "no event id" : sameId.Key)}");
    }

    private static IEnumerable<string> SourceFiles(params string[] folders) => folders
        .SelectMany(folder => Directory.EnumerateFiles(Repository.PathOf(folder), "*.cs", SearchOption.AllDirectories))
        .Where(file => !NameOf(file).Split('/').Any(part => part is "bin" or "obj"))
        .Order(StringComparer.Ordinal);

    private static string NameOf(string file) => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/');

    // Namespaces are file-scoped, so only types that are not nested start in the first column.
    [GeneratedRegex(
        @"^public (?:\w+ )*?(?:class|record struct|record class|record|struct|interface|enum|delegate \S+) (?<name>\w+)",
        RegexOptions.Multiline)]
    private static partial Regex PublicType();

    [GeneratedRegex(@"[eE]xception(\(\))?\??\.Message\b")]
    private static partial Regex ExceptionMessage();

    [GeneratedRegex(@"\bProtocol\b")]
    private static partial Regex ProtocolNamespace();

    [GeneratedRegex(@"\[LoggerMessage\((?:\s*EventId = (?<id>\d+))?")]
    private static partial Regex LogMessage();
}
