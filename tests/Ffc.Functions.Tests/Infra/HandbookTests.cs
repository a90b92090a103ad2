using System.Text.RegularExpressions;
using Ffc.Tests;

namespace Ffc.Functions.Tests.Infra;

/// <summary>Tests that the documentation agrees with infra/, and that links in documents are valid.</summary>
[Collection<InfrastructureTests>]
public sealed partial class HandbookTests(Infrastructure infrastructure)
{
    public static IEnumerable<TheoryDataRow<string>> Documents =>
    [
        .. Directory.EnumerateFiles(Repository.PathOf("docs"), "*.md")
            .Concat(["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "src/Ffc.Sdk/README.md"])
            .Select(path => new TheoryDataRow<string>(Path.GetRelativePath(Repository.Root, Repository.PathOf(path)))),
    ];

    [Fact]
    public void Operations_page_lists_every_optional_parameter_with_its_default()
    {
        var documented = Rows("docs/operations.md", "### Parameters")
            .ToDictionary(row => row.Groups[1].Value, row => row.Groups[2].Value.Trim('`'));
        var optional = infrastructure.Template["parameters"]!.AsObject()
            .Where(parameter => parameter.Key is not "location" && parameter.Value!["defaultValue"] is not null)
            .ToDictionary(parameter => parameter.Key, parameter => parameter.Value!["defaultValue"]!.ToJsonString().Trim('"'));

        Assert.Equal(optional.Keys.Order(), documented.Keys.Order());
        Assert.All(optional, parameter =>
        {
            var expected = parameter.Value is "" or "[]" or "{}" ? "none" : parameter.Value;
            Assert.Equal(expected, documented[parameter.Key]);
        });
    }

    [Fact]
    public void Security_page_lists_the_assigned_roles()
    {
        var documented = Rows("docs/security.md", "## Identities").Select(row => row.Groups[1].Value);
        var assigned = infrastructure.WithDefaults.OfType("Microsoft.Authorization/roleAssignments")
            .Select(assignment => assignment.Text("properties", "description")!.Split(':')[0]);

        Assert.Equal(assigned.Order(), documented.Order());
    }

    [Fact]
    public void Outputs_in_commands_exist()
    {
        var read = OutputInCommand().Matches(Repository.Read("docs/operations.md"))
            .Select(match => match.Groups[1].Value)
            .Distinct().ToList();

        Assert.NotEmpty(read);
        Assert.Subset(infrastructure.Template["outputs"].MemberNames().ToHashSet(), read.ToHashSet());
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Links_point_to_existing_files_and_headings(string document)
    {
        var folder = Path.GetDirectoryName(Repository.PathOf(document))!;

        Assert.All(Link().Matches(Repository.Read(document)), link =>
        {
            var file = link.Groups["file"] is { Length: > 0 } named
                ? Path.Combine(folder, named.Value)
                : Repository.PathOf(document);
            Assert.True(Path.Exists(file), link.Value);
            if (link.Groups["heading"].Success)
                Assert.Contains(link.Groups["heading"].Value, Anchors(Repository.Read(file)));
        });
    }

    private static IEnumerable<string> Anchors(string text) =>
        Heading().Matches(text)
            .Select(heading => NotInAnchor().Replace(heading.Groups[1].Value.ToLowerInvariant(), "").Replace(' ', '-'));

    // The first row is the header.
    private static IEnumerable<Match> Rows(string document, string heading) => Row().Matches(Section(document, heading)).Skip(1);

    private static string Section(string document, string heading)
    {
        var text = Repository.Read(document);
        var start = text.IndexOf($"\n{heading}\n", StringComparison.Ordinal) + heading.Length;
        var end = text.IndexOf("\n#", start + 2, StringComparison.Ordinal);
        return text[start..end];
    }

    [GeneratedRegex(@"^\| `?([^|`]+?)`? \| ([^|]+?) \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"properties\.outputs\.(\w+)\.value")]
    private static partial Regex OutputInCommand();

    [GeneratedRegex(@"\]\((?!https?:)(?<file>[^)#]*)(?:#(?<heading>[^)]+))?\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchor();
}
