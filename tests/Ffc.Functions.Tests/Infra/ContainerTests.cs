using YamlDotNet.RepresentationModel;

namespace Ffc.Functions.Tests.Infra;

/// <summary>The container image and how it is run.</summary>
public sealed class ContainerTests
{
    private static readonly string[] FinalStage =
        Repository.Read("container/Dockerfile").Split("\nFROM ")[^1].Replace("\\\n", " ", StringComparison.Ordinal).Split('\n');

    private static readonly YamlMappingNode Service = Yaml.Read(Repository.PathOf("compose.yaml")).Member("services")!.Member("ffc")!;

    [Fact]
    public void The_image_has_no_shell_and_its_user_no_rights()
    {
        Assert.Matches(@"^mcr\.microsoft\.com/dotnet/aspnet:10\.0-\w+-chiseled$", FinalStage[0]);
        Assert.Equal("USER $APP_UID", Assert.Single(FinalStage, line => line.StartsWith("USER ", StringComparison.Ordinal)));
        Assert.DoesNotContain(FinalStage, line => line.StartsWith("RUN ", StringComparison.Ordinal));
    }

    [Fact]
    public void The_image_tells_whether_it_is_healthy()
    {
        var check = Assert.Single(FinalStage, line => line.StartsWith("HEALTHCHECK ", StringComparison.Ordinal));

        // There is no shell: only the form that is a JSON array works.
        Assert.EndsWith("CMD [\"dotnet\", \"/health/healthcheck.dll\"]", check, StringComparison.Ordinal);
        Assert.Contains("/api/health/live", Repository.Read("container/healthcheck.cs"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_image_holds_no_secret_and_every_setting_that_a_trigger_needs()
    {
        var settings = Assert.Single(FinalStage, line => line.StartsWith("ENV ", StringComparison.Ordinal));

        Assert.DoesNotContain("Secret", settings, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("FunctionKey", settings, StringComparison.OrdinalIgnoreCase);
        Assert.All(Repository.TriggerSettings.Append("Ffc__FlushSchedule"), name => Assert.Contains($"{name}=", settings, StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_written_goes_to_the_volume()
    {
        var settings = Assert.Single(FinalStage, line => line.StartsWith("ENV ", StringComparison.Ordinal));

        Assert.Contains("VOLUME /data", FinalStage);
        Assert.Contains("Ffc__Snapshot__Path=/data/", settings, StringComparison.Ordinal);
        Assert.Contains("Ffc__Outbox__Path=/data/", settings, StringComparison.Ordinal);
        Assert.Equal(["data:/data"], Items("volumes"));
    }

    [Fact]
    public void It_runs_without_capabilities_on_a_read_only_file_system()
    {
        Assert.Equal("true", Service.Text("read_only"));
        Assert.Equal(["ALL"], Items("cap_drop"));
        Assert.Equal(["no-new-privileges:true"], Items("security_opt"));
    }

    [Fact]
    public void Secret_and_key_must_be_given_from_outside()
    {
        var environment = Service.Member("environment")!;

        Assert.StartsWith("${FFC_ENV_SECRET:?", environment.Text("Ffc__EnvSecret"), StringComparison.Ordinal);
        Assert.StartsWith("${FFC_KEY:?", environment.Text("Ffc__FunctionKey"), StringComparison.Ordinal);
    }

    [Fact]
    public void Plain_http_is_for_this_machine_alone() =>
        Assert.All(Items("ports"), port => Assert.StartsWith("127.0.0.1:", port, StringComparison.Ordinal));

    [Fact]
    public void Local_settings_never_get_into_the_build()
    {
        var rules = Repository.Read(".dockerignore").Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Contains("**/local.settings.json", rules);
        Assert.Equal("*", rules.First(rule => !rule.StartsWith('#')));
    }

    private static IEnumerable<string> Items(string name) => ((YamlSequenceNode)Service.Children[name]).Children.Select(item => item.ToString());
}
