using System.Text.Json.Nodes;
using Ffc.Sdk.AzureStorage;

namespace Ffc.Functions.Tests.Infra;

/// <summary>Tests the function app and its resources.</summary>
[Collection<InfrastructureTests>]
public sealed class ResourceTests(Infrastructure infrastructure)
{
    [Fact]
    public void Only_HTTPS_with_TLS_1_2_is_allowed()
    {
        var site = infrastructure.WithDefaults.Only("Microsoft.Web/sites");
        Assert.True(site.Flag("properties", "httpsOnly"));
        Assert.Equal("1.2", site.Text("properties", "siteConfig", "minTlsVersion"));
        Assert.Equal("1.2", site.Text("properties", "siteConfig", "scmMinTlsVersion"));

        var storage = infrastructure.WithDefaults.Only("Microsoft.Storage/storageAccounts");
        Assert.True(storage.Flag("properties", "supportsHttpsTrafficOnly"));
        Assert.Equal("TLS1_2", storage.Text("properties", "minimumTlsVersion"));
    }

    [Fact]
    public void Every_container_that_the_code_uses_exists_and_is_private()
    {
        var containers = infrastructure.WithDefaults.OfType("Microsoft.Storage/storageAccounts/blobServices/containers").ToList();
        var options = new AzureStorageOptions();

        Assert.Equal(
            [
                "ffc-deployments",
                options.OutboxContainer,
                options.OutboxContainer + BlobOutbox.RejectedSuffix,
                options.SnapshotContainer,
            ],
            containers.Select(container => container.Text("name")!.Split('/')[^1]).Order());
        Assert.All(containers, container => Assert.Equal("None", container.Text("properties", "publicAccess")));
        Assert.False(infrastructure.WithDefaults.Only("Microsoft.Storage/storageAccounts")
            .Flag("properties", "allowBlobPublicAccess"));
    }

    [Fact]
    public void Only_rejected_insights_are_deleted_by_age()
    {
        var policies = infrastructure.WithEverything.Only("Microsoft.Storage/storageAccounts/managementPolicies");
        var definition = Assert.Single(policies.At("properties", "policy", "rules")!.AsArray())!["definition"]!;

        Assert.Equal("ffc-insights-rejected/", (string?)Assert.Single(definition.At("filters", "prefixMatch")!.AsArray()));
        Assert.Equal(7, (int?)definition.At("actions", "baseBlob", "delete", "daysAfterModificationGreaterThan"));
    }

    [Fact]
    public void Deleted_insights_cannot_be_restored()
    {
        var blobs = infrastructure.WithDefaults.Only("Microsoft.Storage/storageAccounts/blobServices");

        Assert.NotEqual(true, blobs.Flag("properties", "deleteRetentionPolicy", "enabled"));
        Assert.NotEqual(true, blobs.Flag("properties", "isVersioningEnabled"));
    }

    [Fact]
    public void Package_is_deployed_to_an_existing_container()
    {
        var storage = infrastructure.WithDefaults.Only("Microsoft.Web/sites")
            .At("properties", "functionAppConfig", "deployment", "storage")!;

        Assert.Equal("blobContainer", storage.Text("type"));
        Assert.EndsWith("'ffc-deployments')]", storage.Text("value"), StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_is_Flex_Consumption_with_dotnet_10()
    {
        Assert.Equal("FC1", infrastructure.WithDefaults.Only("Microsoft.Web/serverfarms").Text("sku", "name"));
        var runtime = infrastructure.WithDefaults.Only("Microsoft.Web/sites").At("properties", "functionAppConfig", "runtime")!;
        Assert.Equal("dotnet-isolated", runtime.Text("name"));
        Assert.Equal("10.0", runtime.Text("version"));
    }

    [Fact]
    public void One_instance_is_always_ready_by_default()
    {
        var instance = Assert.Single(AlwaysReady(infrastructure.WithDefaults))!;
        Assert.Equal("http", instance.Text("name"));
        Assert.Equal(1, (int?)instance["instanceCount"]);

        Assert.Empty(AlwaysReady(infrastructure.WithEverything));

        static JsonArray AlwaysReady(IEnumerable<JsonObject> resources) =>
            resources.Only("Microsoft.Web/sites")
                .At("properties", "functionAppConfig", "scaleAndConcurrency", "alwaysReady")!.AsArray();
    }

    [Fact]
    public void Browsers_can_call_only_from_listed_origins()
    {
        Assert.Null(infrastructure.WithDefaults.Only("Microsoft.Web/sites").At("properties", "siteConfig", "cors"));

        var cors = infrastructure.WithEverything.Only("Microsoft.Web/sites").At("properties", "siteConfig", "cors")!;
        Assert.Equal("https://www.example.com", (string?)Assert.Single(cors["allowedOrigins"]!.AsArray()));
        Assert.False(cors.Flag("supportCredentials"));
    }

    [Fact]
    public void Default_deployment_has_no_virtual_network()
    {
        Assert.DoesNotContain(
            infrastructure.WithDefaults,
            resource => resource.Text("type")!.StartsWith("Microsoft.Network/", StringComparison.Ordinal));
        Assert.Null(infrastructure.WithDefaults.Only("Microsoft.Web/sites").At("properties", "virtualNetworkSubnetId"));
    }

    [Fact]
    public void Private_networking_allows_only_private_endpoints_to_storage_and_vault()
    {
        foreach (var type in new[] { "Microsoft.Storage/storageAccounts", "Microsoft.KeyVault/vaults" })
        {
            var properties = infrastructure.WithEverything.Only(type)["properties"]!;
            Assert.Equal("Disabled", properties.Text("publicNetworkAccess"));
            Assert.Equal("Deny", properties.Text("networkAcls", "defaultAction"));
            Assert.Equal("None", properties.Text("networkAcls", "bypass"));
        }

        var endpoints = infrastructure.WithEverything.OfType("Microsoft.Network/privateEndpoints").ToList();
        Assert.Equal(["blob", "vault"], endpoints.Select(Service).Order());
        string[] parts = ["privateDnsZones", "privateDnsZones/virtualNetworkLinks", "privateEndpoints/privateDnsZoneGroups"];
        foreach (var part in parts)
            Assert.Equal(2, infrastructure.WithEverything.OfType($"Microsoft.Network/{part}").Count());

        static string? Service(JsonObject endpoint) =>
            (string?)endpoint.At("properties", "privateLinkServiceConnections")![0]!.At("properties", "groupIds")![0];
    }

    [Fact]
    public void Private_networking_puts_the_app_in_a_delegated_subnet()
    {
        var subnets = infrastructure.WithEverything.Only("Microsoft.Network/virtualNetworks")
            .At("properties", "subnets")!.AsArray();
        var delegated = Assert.Single(subnets, subnet => subnet!.At("properties", "delegations") is not null)!;

        Assert.Equal("app", delegated.Text("name"));
        Assert.Equal(
            "Microsoft.App/environments",
            Assert.Single(delegated.At("properties", "delegations")!.AsArray())!.Text("properties", "serviceName"));
        Assert.Contains(
            "appSubnetId",
            infrastructure.WithEverything.Only("Microsoft.Web/sites").Text("properties", "virtualNetworkSubnetId"),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Resource_names_follow_the_rules_of_their_type()
    {
        foreach (var resources in new[] { infrastructure.WithDefaults, infrastructure.WithEverything })
        {
            Assert.Matches("^[a-z0-9]{3,24}$", resources.Only("Microsoft.Storage/storageAccounts").Text("name"));
            Assert.Matches("^(?!.*--)[a-z][a-z0-9-]{1,22}[a-z0-9]$", resources.Only("Microsoft.KeyVault/vaults").Text("name"));
            Assert.Matches("^[A-Za-z0-9][A-Za-z0-9-]{0,58}[A-Za-z0-9]$", resources.Only("Microsoft.Web/sites").Text("name"));
        }
    }

    [Fact]
    public void Every_resource_that_supports_tags_has_them() =>
        Assert.All(infrastructure.WithEverything.Where(resource => resource["location"] is not null), resource =>
        {
            Assert.Equal("ffc", resource.Text("tags", "application"));
            Assert.Equal("flags", resource.Text("tags", "owner"));
        });
}
