using System.Text.Json.Nodes;

namespace Ffc.Functions.Tests.Infra;

/// <summary>Reads the JSON of Azure Resource Manager.</summary>
internal static class ArmJson
{
    public static JsonObject Only(this IEnumerable<JsonObject> resources, string type) => Assert.Single(resources.OfType(type));

    public static IEnumerable<JsonObject> OfType(this IEnumerable<JsonObject> resources, string type) =>
        resources.Where(resource => (string?)resource["type"] == type);

    /// <summary>The value at a path of member names, or null if it does not exist.</summary>
    public static JsonNode? At(this JsonNode node, params ReadOnlySpan<string> path)
    {
        JsonNode? value = node;
        foreach (var member in path)
            value = value?[member];
        return value;
    }

    public static string? Text(this JsonNode node, params ReadOnlySpan<string> path) => (string?)node.At(path);

    public static bool? Flag(this JsonNode node, params ReadOnlySpan<string> path) => (bool?)node.At(path);

    public static IEnumerable<string> MemberNames(this JsonNode? node) => node?.AsObject().Select(member => member.Key) ?? [];

    /// <summary>All string values with their paths. Member names are not included.</summary>
    public static IEnumerable<(string Path, string Value)> Texts(this JsonNode? node) => node switch
    {
        JsonObject members => members.SelectMany(member => member.Value.Texts()),
        JsonArray items => items.SelectMany(Texts),
        JsonValue value when value.TryGetValue<string>(out var text) => [(value.GetPath(), text)],
        _ => [],
    };

    /// <summary>The app settings of the function app.</summary>
    public static Dictionary<string, string> AppSettings(this IEnumerable<JsonObject> resources) =>
        resources.Only("Microsoft.Web/sites").At("properties", "siteConfig", "appSettings")!.AsArray()
            .ToDictionary(setting => setting!.Text("name")!, setting => setting!.Text("value")!);
}
