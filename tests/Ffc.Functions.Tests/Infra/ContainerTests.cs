using Ffc.Tests;
using YamlDotNet.RepresentationModel;

namespace Ffc.Functions.Tests.Infra;

/// <summary>Tests the container image and the compose file.</summary>
public sealed class ContainerTests
{
    private static readonly string[] FinalStage =
        Repository.Read("container/Dockerfile").Split("\nFROM ")[^1].Replace("\\\n", " ", StringComparison.Ordinal).Split('\n');

    private static readonly YamlMappingNode Service =
        Yaml.Read(Repository.PathOf("compose.yaml")).Member("services")!.Member("ffc")!;

    [Fact]
    public void Image_has_no_shell_and_a_non_root_user()
    {
        Assert.Matches(@"^mcr\.microsoft\.com/dotnet/aspnet:10\.0-\w+-chiseled$", FinalStage[0]);
        Assert.Equal("USER $APP_UID", Assert.Single(FinalStage, line => line.StartsWith("USER ", StringComparison.Ordinal)));
        Assert.DoesNotContain(FinalStage, line => line.StartsWith("RUN ", StringComparison.Ordinal));
    }

    [Fact]
    public void Image_has_a_health_check()
    {
        var check = Assert.Single(FinalStage, line => line.StartsWith("HEALTHCHECK ", StringComparison.Ordinal));

        // The image has no shell, so only the JSON array form works.
        Assert.EndsWith("CMD [\"dotnet\", \"/health/healthcheck.dll\"]", check, StringComparison.Ordinal);
        Assert.Contains("/api/health/live", Repository.Read("container/healthcheck.cs"), StringComparison.Ordinal);
    }

    [Fact]
    public void Image_contains_no_secret_and_every_setting_of_a_trigger()
    {
        var settings = Assert.Single(FinalStage, line => line.StartsWith("ENV ", StringComparison.Ordinal));

        Assert.DoesNotContain("Secret", settings, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("FunctionKey", settings, StringComparison.OrdinalIgnoreCase);
        Assert.All(
            DeployedSource.TriggerSettings.Append("Ffc__FlushSchedule"),
            name => Assert.Contains($"{name}=", settings, StringComparison.Ordinal));
    }

    [Fact]
    public void Snapshots_and_outbox_are_on_the_volume()
    {
        var settings = Assert.Single(FinalStage, line => line.StartsWith("ENV ", StringComparison.Ordinal));

        Assert.Contains("VOLUME /data", FinalStage);
        Assert.Contains("Ffc__Snapshot__Path=/data/", settings, StringComparison.Ordinal);
        Assert.Contains("Ffc__Outbox__Path=/data/", settings, StringComparison.Ordinal);
        Assert.Equal(["data:/data"], Items("volumes"));
    }

    [Fact]
    public void Container_runs_without_capabilities_on_a_read_only_file_system()
    {
        Assert.Equal("true", Service.Text("read_only"));
        Assert.Equal(["ALL"], Items("cap_drop"));
        Assert.Equal(["no-new-privileges:true"], Items("security_opt"));
    }

    [Fact]
    public void Secret_and_key_come_from_required_environment_variables()
    {
        var environment = Service.Member("environment")!;

        Assert.StartsWith("${FFC_ENV_SECRET:?", environment.Text("Ffc__EnvSecret"), StringComparison.Ordinal);
        Assert.StartsWith("${FFC_KEY:?", environment.Text("Ffc__FunctionKey"), StringComparison.Ordinal);
    }

    [Fact]
    public void Plain_HTTP_port_is_bound_to_loopback() =>
        Assert.All(Items("ports"), port => Assert.StartsWith("127.0.0.1:", port, StringComparison.Ordinal));

    [Fact]
    public void Local_settings_are_excluded_from_the_build_context()
    {
        var rules = Repository.Read(".dockerignore").Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Contains("**/local.settings.json", rules);
        Assert.Equal("*", rules.First(rule => !rule.StartsWith('#')));
    }

    private static IEnumerable<string> Items(string name) =>
        ((YamlSequenceNode)Service.Children[name]).Children.Select(item => item.ToString());
}
