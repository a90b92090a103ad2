using YamlDotNet.RepresentationModel;

namespace Ffc.Functions.Tests.Infra;

/// <summary>Reads YAML files.</summary>
internal static class Yaml
{
    public static YamlMappingNode Read(string path)
    {
        using var reader = File.OpenText(path);
        var yaml = new YamlStream();
        yaml.Load(reader);
        return (YamlMappingNode)Assert.Single(yaml.Documents).RootNode;
    }

    public static YamlMappingNode? Member(this YamlMappingNode node, string name) =>
        node.Children.TryGetValue(name, out var value) ? (YamlMappingNode)value : null;

    public static string? Text(this YamlMappingNode node, string name) =>
        node.Children.TryGetValue(name, out var value) ? ((YamlScalarNode)value).Value : null;
}
