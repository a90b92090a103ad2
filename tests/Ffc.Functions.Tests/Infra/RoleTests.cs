namespace Ffc.Functions.Tests.Infra;

/// <summary>Tests the roles of the app's identity.</summary>
[Collection<InfrastructureTests>]
public sealed class RoleTests(Infrastructure infrastructure)
{
    // Ids from Microsoft's list of built-in roles, and the type of the scope.
    private static readonly (string Role, string Id, string Scope)[] ExpectedRoles =
    [
        ("Key Vault Secrets User", "4633458b-17de-408a-b874-0445c86b69e6", "Microsoft.KeyVault/vaults/secrets"),
        ("Monitoring Metrics Publisher", "3913510d-42f4-4e42-8a64-420c390055eb", "Microsoft.Insights/components"),
        ("Storage Blob Data Owner", "b7e6dc6d-f1e8-4753-8033-0f276bb0955b", "Microsoft.Storage/storageAccounts"),
    ];

    [Fact]
    public void Identity_has_exactly_the_expected_roles()
    {
        var assigned = infrastructure.WithEverything.OfType("Microsoft.Authorization/roleAssignments").Select(assignment => (
            Role: assignment.Text("properties", "description")!.Split(':')[0],
            Id: assignment.Text("properties", "roleDefinitionId")!.Split('/')[^1],
            Scope: TypeOf(assignment.Text("id")!.Split("/providers/Microsoft.Authorization/")[0])));

        Assert.Equal(ExpectedRoles, assigned.OrderBy(role => role.Role, StringComparer.Ordinal));
    }

    [Fact]
    public void Every_role_assignment_gives_its_reason() =>
        Assert.All(infrastructure.WithDefaults.OfType("Microsoft.Authorization/roleAssignments"), assignment =>
            Assert.True(
                assignment.Text("properties", "description")!.Split(": ") is [_, { Length: > 20 }],
                assignment.Text("properties", "description")));

    [Fact]
    public void Roles_are_assigned_only_to_the_identity_of_the_app() =>
        Assert.All(infrastructure.WithDefaults.OfType("Microsoft.Authorization/roleAssignments"), assignment =>
        {
            Assert.Equal("ServicePrincipal", assignment.Text("properties", "principalType"));
            Assert.Contains(
                "/userAssignedIdentities/id-abc'",
                assignment.Text("properties", "principalId"),
                StringComparison.Ordinal);
        });

    [Fact]
    public void App_uses_the_same_identity_for_everything()
    {
        var site = infrastructure.WithDefaults.Only("Microsoft.Web/sites");
        var identity = Assert.Single(site.At("identity", "userAssignedIdentities").MemberNames());

        Assert.Equal("UserAssigned", site.Text("identity", "type"));
        Assert.Equal(identity, site.Text("properties", "keyVaultReferenceIdentity"));
        Assert.Equal(
            identity,
            site.At("properties", "functionAppConfig", "deployment", "storage", "authentication")!
                .Text("userAssignedIdentityResourceId"));
    }

    [Fact]
    public void App_is_created_after_its_roles() =>
        Assert.Contains(
            "roles",
            infrastructure.Template["resources"]!["app"]!["dependsOn"]!.AsArray().Select(name => (string?)name));

    private static string TypeOf(string id)
    {
        var parts = id[(id.LastIndexOf("/providers/", StringComparison.Ordinal) + "/providers/".Length)..].Split('/');
        return string.Join('/', [parts[0], .. parts.Skip(1).Where((_, index) => index % 2 == 0)]);
    }
}
