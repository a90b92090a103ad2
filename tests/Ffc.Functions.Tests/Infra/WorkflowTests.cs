using System.Xml.Linq;
using Ffc.Tests;
using YamlDotNet.RepresentationModel;

namespace Ffc.Functions.Tests.Infra;

/// <summary>Tests the GitHub workflows and their permissions.</summary>
public sealed class WorkflowTests
{
    public static TheoryData<string> Workflows =>
        [.. Directory.GetFiles(Repository.PathOf(".github/workflows")).Select(file => Path.GetFileName(file))];

    // A tag can be moved to another commit. Dependabot updates the commit together with the version in the comment.
    [Theory]
    [MemberData(nameof(Workflows))]
    public void Actions_are_pinned_to_a_commit(string workflow)
    {
        var used = File.ReadLines(PathOf(workflow)).Where(line => line.Contains("uses:", StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(used);
        Assert.All(
            used, line => Assert.Matches(@"^ +(- )?uses: [\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line));
    }

    [Fact]
    public void The_job_that_builds_a_release_runs_no_tests_and_no_npm_packages()
    {
        var jobs = Root("release.yml").Member("jobs")!;
        var steps = ((YamlSequenceNode)jobs.Member("build")!.Children["steps"]).Children.Cast<YamlMappingNode>().ToList();
        var scripts = steps.Select(step => step.Text("run")).OfType<string>().ToList();

        Assert.Contains(scripts, script => script.Contains(".ci/pack", StringComparison.Ordinal));
        Assert.All(scripts, script => Assert.DoesNotMatch("npm|npx|node|dotnet test|\\.ci/run", script));
        Assert.DoesNotContain(
            steps, step => step.Text("uses")?.StartsWith("actions/setup-node", StringComparison.Ordinal) == true);
        Assert.Contains("test", jobs.Member("publish")!.Children["needs"].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Packages_symbols_and_the_function_app_of_a_release_are_attested()
    {
        var attest = Assert.Single(
            Steps("release.yml"),
            step => step.Text("uses")?.StartsWith("actions/attest-build-provenance@", StringComparison.Ordinal) == true);

        Assert.Equal(
            ["artifacts/release/*.nupkg", "artifacts/release/*.snupkg", "artifacts/release/*.zip"],
            attest.Member("with")!.Text("subject-path")!.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    // NuGet selects the lowest version that matches. With exact versions for all direct and transitive packages, and an error if
    // a version does not exist (NU1603), each restore gives the same packages.
    [Fact]
    public void Package_versions_are_pinned_in_one_place()
    {
        var packages = XDocument.Load(Repository.PathOf("Directory.Packages.props"));
        var build = XDocument.Load(Repository.PathOf("Directory.Build.props"));

        Assert.Equal("true", packages.Descendants("ManagePackageVersionsCentrally").Single().Value);
        Assert.Equal("true", packages.Descendants("CentralPackageTransitivePinningEnabled").Single().Value);

        // An app selects the version of OpenFeature. The provider works with each version in its range.
        var pinned = packages.Descendants("PackageVersion")
            .Where(package => package.Attribute("Include")!.Value != "OpenFeature");
        Assert.All(pinned, package =>
            Assert.Matches(@"^\d+\.\d+\.\d+(\.\d+)?(-[\w.]+)?$", package.Attribute("Version")!.Value));
        Assert.Equal("true", build.Descendants("TreatWarningsAsErrors").Single().Value);
        Assert.DoesNotContain("NU16", build.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_checks_report_packages_with_known_vulnerabilities() =>
        Assert.Contains("package --vulnerable --include-transitive", Repository.Read(".ci/run"), StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(Workflows))]
    public void Workflow_uses_no_stored_secret(string workflow) =>
        Assert.DoesNotMatch(
            @"\bsecrets\b",
            File.ReadAllText(PathOf(workflow)).Replace("there is no secret", "", StringComparison.Ordinal));

    [Theory]
    [MemberData(nameof(Workflows))]
    public void Workflow_can_only_read_the_repository_by_default(string workflow) =>
        Assert.Equal(["contents: read"], Permissions(Root(workflow)));

    [Theory]
    [InlineData("ci.yml")]
    [InlineData("deploy.yml", "contents: read", "id-token: write")]
    [InlineData("release.yml", "attestations: write", "contents: read", "contents: write", "id-token: write")]
    public void Jobs_have_exactly_these_extra_permissions(string workflow, params string[] permissions) =>
        Assert.Equal(permissions, Jobs(workflow).SelectMany(Permissions).Distinct().Order());

    [Theory]
    [MemberData(nameof(Workflows))]
    public void Scripts_contain_no_expressions(string workflow) =>
        Assert.All(Scripts(workflow), script => Assert.DoesNotContain("${{", script, StringComparison.Ordinal));

    [Theory]
    [MemberData(nameof(Workflows))]
    public void Every_job_has_a_time_limit(string workflow) =>
        Assert.All(Jobs(workflow), job => Assert.InRange(int.Parse(job.Text("timeout-minutes")!, provider: null), 1, 60));

    [Theory]
    [MemberData(nameof(Workflows))]
    public void Called_scripts_exist_and_are_executable(string workflow)
    {
        var called = Scripts(workflow)
            .SelectMany(script => script.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries))
            .Where(word => word.StartsWith(".ci/", StringComparison.Ordinal))
            .ToList();

        Assert.NotEmpty(called);
        Assert.All(called, script =>
        {
            Assert.True(File.Exists(Repository.PathOf(script)), script);
            if (!OperatingSystem.IsWindows())
                Assert.True(File.GetUnixFileMode(Repository.PathOf(script)).HasFlag(UnixFileMode.UserExecute), script);
        });
    }

    [Fact]
    public void Deployment_signs_in_without_a_password()
    {
        var login = Assert.Single(
            Steps("deploy.yml"),
            step => step.Text("uses")?.StartsWith("azure/login@", StringComparison.Ordinal) == true);

        Assert.Equal(
            ["client-id", "subscription-id", "tenant-id"],
            login.Member("with")!.Children.Keys.Select(key => key.ToString()).Order());
    }

    [Fact]
    public void Ci_runs_on_linux_and_windows_and_builds_for_the_functions_host_on_both()
    {
        var jobs = Root("ci.yml").Member("jobs")!;

        Assert.StartsWith("ubuntu-", jobs.Member("linux")!.Text("runs-on"), StringComparison.Ordinal);
        Assert.StartsWith("windows-", jobs.Member("windows")!.Text("runs-on"), StringComparison.Ordinal);
        var systems = jobs.Member("worker")!.Member("strategy")!.Member("matrix")!.Children["os"].ToString();
        Assert.Contains("ubuntu-", systems, StringComparison.Ordinal);
        Assert.Contains("windows-", systems, StringComparison.Ordinal);
    }

    private static string PathOf(string workflow) => Repository.PathOf($".github/workflows/{workflow}");

    private static YamlMappingNode Root(string workflow) => Yaml.Read(PathOf(workflow));

    private static IEnumerable<YamlMappingNode> Jobs(string workflow) =>
        Root(workflow).Member("jobs")!.Children.Values.Cast<YamlMappingNode>();

    private static IEnumerable<YamlMappingNode> Steps(string workflow) =>
        Jobs(workflow).SelectMany(job => ((YamlSequenceNode)job.Children["steps"]).Children.Cast<YamlMappingNode>());

    private static IEnumerable<string> Scripts(string workflow) =>
        Steps(workflow).Select(step => step.Text("run")).OfType<string>();

    private static IEnumerable<string> Permissions(YamlMappingNode node) =>
        node.Member("permissions")
            ?.Children.Select(permission => $"{permission.Key}: {permission.Value}").Order()
            ?? Enumerable.Empty<string>();
}
