using Ffc.Tests;

namespace Ffc.Functions.Tests.Infra;

/// <summary>Tests the files that <c>azd up</c> reads.</summary>
public sealed class AzdTests
{
    [Fact]
    public void Azure_yaml_points_to_existing_template_and_project()
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
    public void Function_app_has_the_tag_that_azd_uses_to_find_it() =>
        Assert.Contains("'azd-service-name': 'functions'", Repository.Read("infra/main.bicep"), StringComparison.Ordinal);
}
