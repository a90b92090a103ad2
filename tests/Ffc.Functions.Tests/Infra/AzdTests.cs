namespace Ffc.Functions.Tests.Infra;

/// <summary>What <c>azd up</c> reads.</summary>
public sealed class AzdTests
{
    [Fact]
    public void The_template_and_the_project_are_where_azd_looks()
    {
        var azure = Yaml.Read(Repository.PathOf("azure.yaml"));
        var infra = azure.Member("infra")!;
        var service = azure.Member("services")!.Member("functions")!;

        Assert.Equal("bicep", infra.Text("provider"));
        Assert.True(File.Exists(Repository.PathOf($"{infra.Text("path")}/{infra.Text("module")}.bicep")));
        Assert.True(File.Exists(Repository.PathOf($"{infra.Text("path")}/{infra.Text("module")}.bicepparam")));
        Assert.Equal("function", service.Text("host"));
        Assert.Equal("dotnet", service.Text("language"));
        Assert.True(File.Exists(Repository.PathOf($"{service.Text("project")}/Ffc.Functions.csproj")));
    }

    [Fact]
    public void The_function_app_carries_the_tag_by_which_azd_finds_it() =>
        Assert.Contains("'azd-service-name': 'functions'", Repository.Read("infra/main.bicep"), StringComparison.Ordinal);
}
