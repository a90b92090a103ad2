using System.Text.Json.Nodes;
using Ffc.DevServer;
using Ffc.Tests;

namespace Ffc.Functions.Tests.Infra;

/// <summary>Tests the settings of the app in Azure and on a developer's machine.</summary>
[Collection<InfrastructureTests>]
public sealed class SettingTests(Infrastructure infrastructure)
{
    // Flex Consumption sets these itself, and rejects or ignores other values.
    private static readonly string[] PlatformSettings =
    [
        "AzureWebJobsDashboard", "DOCKER_REGISTRY_SERVER_PASSWORD", "ENABLE_ORYX_BUILD", "FUNCTIONS_EXTENSION_VERSION",
        "FUNCTIONS_WORKER_PROCESS_COUNT", "FUNCTIONS_WORKER_RUNTIME", "FUNCTIONS_WORKER_RUNTIME_VERSION",
        "FUNCTIONS_MAX_HTTP_CONCURRENCY", "SCM_DO_BUILD_DURING_DEPLOYMENT", "TZ", "WEBSITE_CONTENTAZUREFILECONNECTIONSTRING",
        "WEBSITE_CONTENTOVERVNET", "WEBSITE_CONTENTSHARE", "WEBSITE_DNS_SERVER", "WEBSITE_MAX_DYNAMIC_APPLICATION_SCALE_OUT",
        "WEBSITE_NODE_DEFAULT_VERSION", "WEBSITE_RUN_FROM_PACKAGE", "WEBSITE_SKIP_CONTENTSHARE_VALIDATION", "WEBSITE_TIME_ZONE",
        "WEBSITE_USE_PLACEHOLDER_DOTNETISOLATED", "WEBSITE_VNET_ROUTE_ALL",
    ];

    // The siteConfig members of a Flex Consumption app; any other member fails the deployment (error 51021).
    private static readonly string[] SiteConfigMembers =
        ["appSettings", "cors", "http20Enabled", "minTlsVersion", "scmMinTlsVersion"];

    [Fact]
    public void Every_setting_of_a_trigger_is_in_Azure_and_in_the_sample()
    {
        // The host skips a trigger with a missing setting, without an error.
        var needed = DeployedSource.TriggerSettings.Union(["Ffc__FlushSchedule"]);

        Assert.Superset(needed.ToHashSet(), Sample().Select(setting => setting.Key).ToHashSet());
        Assert.Superset(needed.ToHashSet(), infrastructure.WithDefaults.AppSettings().Keys.ToHashSet());
    }

    [Fact]
    public void Host_storage_uses_the_identity()
    {
        var settings = infrastructure.WithDefaults.AppSettings();

        Assert.Equal(
            infrastructure.WithDefaults.Only("Microsoft.Storage/storageAccounts").Text("name"),
            settings["AzureWebJobsStorage__accountName"]);
        Assert.Equal("managedidentity", settings["AzureWebJobsStorage__credential"]);
        Assert.EndsWith(".clientId]", settings["AzureWebJobsStorage__clientId"], StringComparison.Ordinal);
        Assert.DoesNotContain("AzureWebJobsStorage", settings.Keys);
    }

    [Fact]
    public void App_receives_the_addresses_of_the_server()
    {
        var (ffc, featBit) = (infrastructure.WithDefaults.AppSettings(), infrastructure.WithEverything.AppSettings());

        Assert.Equal(
            ("wss://api.featureflag.co", "https://api.featureflag.co"), (ffc["Ffc__StreamingUri"], ffc["Ffc__EventsUri"]));
        Assert.Equal(
            ("wss://featbit.example.com", "https://featbit.example.com/events"),
            (featBit["Ffc__StreamingUri"], featBit["Ffc__EventsUri"]));
    }

    [Fact]
    public void Telemetry_uses_the_identity()
    {
        var settings = infrastructure.WithDefaults.AppSettings();

        Assert.Contains("APPLICATIONINSIGHTS_CONNECTION_STRING", settings.Keys);
        Assert.Contains(
            "Authorization=AAD;ClientId=",
            settings["APPLICATIONINSIGHTS_AUTHENTICATION_STRING"],
            StringComparison.Ordinal);
    }

    [Fact]
    public void No_setting_is_rejected_by_the_plan()
    {
        var site = infrastructure.WithEverything.Only("Microsoft.Web/sites");

        Assert.Empty(infrastructure.WithEverything.AppSettings().Keys
            .Intersect(PlatformSettings, StringComparer.OrdinalIgnoreCase));
        Assert.Subset(SiteConfigMembers.ToHashSet(), site.At("properties", "siteConfig").MemberNames().ToHashSet());
    }

    [Fact]
    public void Setting_names_are_valid_on_Linux() =>
        Assert.All(infrastructure.WithDefaults.AppSettings().Keys, name => Assert.Matches("^[A-Za-z][A-Za-z0-9_]*$", name));

    [Fact]
    public void Sample_uses_Azurite_and_the_development_server()
    {
        var sample = Sample().ToDictionary(setting => setting.Key, setting => (string?)setting.Value);

        Assert.Equal("UseDevelopmentStorage=true", sample["AzureWebJobsStorage"]);
        Assert.Equal("dotnet-isolated", sample["FUNCTIONS_WORKER_RUNTIME"]);
        Assert.Equal(DevServerOptions.DevelopmentSecret, sample["Ffc__EnvSecret"]);
        Assert.Equal(new DevServerOptions().Urls, sample["Ffc__EventsUri"]);
        Assert.Equal(
            new DevServerOptions().Urls,
            sample["Ffc__StreamingUri"]!.Replace("ws://", "http://", StringComparison.Ordinal));
        Assert.Equal(infrastructure.Template.Text("parameters", "flushSchedule", "defaultValue"), sample["Ffc__FlushSchedule"]);
    }

    private static JsonObject Sample() => JsonNode.Parse(Repository.Read("local.settings.sample.json"))!["Values"]!.AsObject();
}
