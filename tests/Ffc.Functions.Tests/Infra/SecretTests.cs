using System.Text.RegularExpressions;

namespace Ffc.Functions.Tests.Infra;

/// <summary>Tests where secrets are stored, and that no other place contains them.</summary>
[Collection<InfrastructureTests>]
public sealed partial class SecretTests(Infrastructure infrastructure)
{
    [Fact]
    public void Environment_secret_is_stored_only_in_the_key_vault()
    {
        var holder = Assert.Single(
            infrastructure.Template.Texts(),
            text => text.Value.Contains("'envSecret'", StringComparison.Ordinal));

        Assert.Equal("[parameters('envSecret')]", holder.Value);
        foreach (var resources in new[] { infrastructure.WithDefaults, infrastructure.WithEverything })
        {
            var secret = Assert.Single(
                resources,
                resource => resource.Texts().Any(text => text.Value.Contains("envSecret", StringComparison.Ordinal)));
            Assert.Equal("Microsoft.KeyVault/vaults/secrets", secret.Text("type"));
        }
    }

    [Fact]
    public void App_setting_refers_to_the_vault_secret_without_a_version()
    {
        var setting = infrastructure.WithDefaults.AppSettings()["Ffc__EnvSecret"];

        Assert.Contains("@Microsoft.KeyVault(SecretUri=", setting, StringComparison.Ordinal);
        Assert.Contains("/secrets/ffc-env-secret", setting, StringComparison.Ordinal);
        Assert.EndsWith(".secretUri)]", setting, StringComparison.Ordinal);
    }

    [Fact]
    public void No_app_setting_contains_a_secret() =>
        Assert.All(infrastructure.WithEverything.AppSettings(), setting =>
        {
            Assert.DoesNotMatch(Key(), setting.Value);
            if (setting.Key.Contains("Secret", StringComparison.OrdinalIgnoreCase))
                Assert.Contains("@Microsoft.KeyVault(", setting.Value, StringComparison.Ordinal);
        });

    [Fact]
    public void Template_reads_no_resource_keys() =>
        Assert.All(infrastructure.Template.Texts(), text => Assert.DoesNotMatch(ListFunction(), text.Value));

    [Fact]
    public void Outputs_contain_only_names_and_addresses()
    {
        var outputs = infrastructure.Template["outputs"]!.AsObject();

        Assert.NotEmpty(outputs);
        Assert.All(outputs, output => Assert.Matches("(Name|Url)$", output.Key));
    }

    [Fact]
    public void Keys_and_passwords_are_disabled()
    {
        var resources = infrastructure.WithDefaults;

        Assert.False(resources.Only("Microsoft.Storage/storageAccounts").Flag("properties", "allowSharedKeyAccess"));
        Assert.True(resources.Only("Microsoft.KeyVault/vaults").Flag("properties", "enableRbacAuthorization"));
        Assert.True(resources.Only("Microsoft.Insights/components").Flag("properties", "DisableLocalAuth"));
        Assert.True(resources.Only("Microsoft.OperationalInsights/workspaces")
            .Flag("properties", "features", "disableLocalAuth"));
        var policies = resources.OfType("Microsoft.Web/sites/basicPublishingCredentialsPolicies").ToList();
        Assert.Equal(["ftp", "scm"], policies.Select(policy => policy.Text("name")!.Split('/')[^1]).Order());
        Assert.All(policies, policy => Assert.False(policy.Flag("properties", "allow")));
    }

    [Fact]
    public void Reads_of_the_secret_are_logged()
    {
        var audit = infrastructure.WithDefaults.Only("Microsoft.Insights/diagnosticSettings");

        Assert.Contains("/Microsoft.KeyVault/vaults/", audit.Text("id"), StringComparison.Ordinal);
        Assert.Equal("audit", Assert.Single(audit.At("properties", "logs")!.AsArray())!.Text("categoryGroup"));
    }

    [GeneratedRegex("AccountKey|SharedAccessSignature|sig=|password|'envSecret'", RegexOptions.IgnoreCase)]
    private static partial Regex Key();

    [GeneratedRegex(@"\blist[A-Z]?\w*\(")]
    private static partial Regex ListFunction();
}
