using System.Text.RegularExpressions;

namespace Ffc.Functions.Tests.Infra;

/// <summary>What the handbooks say of infra/ is so.</summary>
[Collection<InfrastructureTests>]
public sealed partial class HandbookTests(Infrastructure infrastructure)
{
    [Fact]
    public void Operators_are_told_of_every_parameter_and_its_default()
    {
        var told = Rows("docs/operations.md", "### Parameters")
            .ToDictionary(row => row.Groups[1].Value, row => row.Groups[2].Value.Trim('`'));
        var optional = infrastructure.Template["parameters"]!.AsObject()
            .Where(parameter => parameter.Key is not "location" && parameter.Value!["defaultValue"] is not null)
            .ToDictionary(parameter => parameter.Key, parameter => parameter.Value!["defaultValue"]!.ToJsonString().Trim('"'));

        Assert.Equal(optional.Keys.Order(), told.Keys.Order());
        Assert.All(optional, parameter => Assert.Equal(parameter.Value is "" or "[]" or "{}" ? "none" : parameter.Value, told[parameter.Key]));
    }

    [Fact]
    public void Security_names_the_roles_that_are_given()
    {
        var told = Rows("docs/security.md", "## Identities").Select(row => row.Groups[1].Value);
        var given = infrastructure.WithDefaults.OfType("Microsoft.Authorization/roleAssignments")
            .Select(assignment => assignment.Text("properties", "description")!.Split(':')[0]);

        Assert.Equal(given.Order(), told.Order());
    }

    [Fact]
    public void Outputs_that_commands_read_are_there()
    {
        var read = OutputInCommand().Matches(Repository.Read("docs/operations.md")).Select(match => match.Groups[1].Value).Distinct().ToList();

        Assert.NotEmpty(read);
        Assert.Subset(infrastructure.Template["outputs"].MemberNames().ToHashSet(), read.ToHashSet());
    }

    [Theory]
    [InlineData("docs/operations.md")]
    [InlineData("docs/security.md")]
    [InlineData("CONTRIBUTING.md")]
    [InlineData("CHANGELOG.md")]
    [InlineData("src/Ffc.Sdk/README.md")]
    public void Files_that_are_linked_are_there(string document)
    {
        var folder = Path.GetDirectoryName(Repository.PathOf(document))!;

        Assert.All(Link().Matches(Repository.Read(document)), link =>
            Assert.True(Path.Exists(Path.Combine(folder, link.Groups[1].Value)), link.Value));
    }

    [Theory]
    [InlineData("docs/operations.md")]
    [InlineData("docs/security.md")]
    [InlineData("CONTRIBUTING.md")]
    public void Headings_that_are_linked_are_there(string document)
    {
        var text = Repository.Read(document);
        var anchors = Heading().Matches(text).Select(heading => NotInAnchor().Replace(heading.Groups[1].Value.ToLowerInvariant(), "").Replace(' ', '-')).ToHashSet();

        Assert.All(Anchor().Matches(text), anchor => Assert.Contains(anchor.Groups[1].Value, anchors));
    }

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

    [GeneratedRegex(@"\]\((?!https?:|#)([^)#]+)")]
    private static partial Regex Link();

    [GeneratedRegex(@"\]\(#([^)]+)\)")]
    private static partial Regex Anchor();

    [GeneratedRegex(@"^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchor();
}
