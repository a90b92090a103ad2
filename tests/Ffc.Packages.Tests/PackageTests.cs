using System.Xml.Linq;
using Ffc.Tests;

namespace Ffc.Packages.Tests;

/// <summary>What <c>.ci/pack</c> publishes.</summary>
public sealed class PackageTests
{
    public static TheoryData<string> Packages =>
    [
        .. Directory.EnumerateFiles(Repository.PathOf("src"), "*.csproj", SearchOption.AllDirectories)
            .Where(file => File.ReadAllText(file).Contains("Package.props", StringComparison.Ordinal))
            .Select(file => Path.GetFileName(Path.GetDirectoryName(file)!)),
    ];

    [Fact]
    public void The_SDK_its_extensions_and_the_development_server_are_packages() => Assert.Equal(
        [
            "Ffc.DevServer", "Ffc.Sdk", "Ffc.Sdk.AzureStorage", "Ffc.Sdk.FeatureManagement", "Ffc.Sdk.HealthChecks",
            "Ffc.Sdk.OpenFeature",
        ],
        Packages.Select(row => row.Data).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Packages))]
    public void A_package_has_a_description_tags_and_a_README_with_its_name(string package)
    {
        var project = XDocument.Load(Repository.PathOf($"src/{package}/{package}.csproj"));

        Assert.NotEmpty(project.Descendants("Description").Single().Value);
        Assert.Contains("ffc", project.Descendants("PackageTags").Single().Value, StringComparison.Ordinal);
        var name = project.Descendants("ToolCommandName").SingleOrDefault()?.Value ?? package;
        Assert.StartsWith($"# {name}\n", Repository.Read($"src/{package}/README.md"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ci.yml")]
    [InlineData("release.yml")]
    public void A_workflow_packs_all_packages(string workflow) =>
        Assert.Contains(".ci/pack ", Repository.Read($".github/workflows/{workflow}"), StringComparison.Ordinal);
}
