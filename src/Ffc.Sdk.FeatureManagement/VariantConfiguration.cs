using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.FeatureManagement;

namespace Ffc.Sdk.FeatureManagement;

/// <summary>Converts the values of flags to variants with a configuration.</summary>
internal static class VariantConfiguration
{
    // The name that Microsoft.FeatureManagement uses for the value of a variant.
    private const string SectionName = "configuration_value";

    // By the string object, which the flag data keeps. The entries end with the flag data.
    private static readonly ConditionalWeakTable<string, Parsed> Cache = [];

    /// <summary>
    /// Creates the variant of a value. A JSON object or array has the id of the variation as its name, and its members as its
    /// configuration. Every other value is its own name, and the value of its configuration.
    /// </summary>
    public static Variant CreateVariant(string value, string? variationId)
    {
        var parsed = Cache.GetValue(value, Parse);
        return new Variant { Name = parsed.IsJson ? variationId : value, Configuration = parsed.Section };
    }

    private static Parsed Parse(string value)
    {
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        var isJson = TryReadJson(value, settings);
        if (!isJson)
            settings[SectionName] = value;
        var root = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        return new Parsed(isJson, root.GetSection(SectionName));
    }

    private static bool TryReadJson(string value, Dictionary<string, string?> settings)
    {
        if (value.AsSpan().TrimStart() is not ['{' or '[', ..])
            return false;

        try
        {
            using var json = JsonDocument.Parse(value);
            Add(SectionName, json.RootElement, settings);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    // The same keys and texts as the JSON configuration provider of .NET.
    private static void Add(string path, JsonElement json, Dictionary<string, string?> settings)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in json.EnumerateObject())
                    Add(ConfigurationPath.Combine(path, member.Name), member.Value, settings);
                break;
            case JsonValueKind.Array:
                foreach (var (index, item) in json.EnumerateArray().Index())
                    Add(ConfigurationPath.Combine(path, $"{index}"), item, settings);
                break;
            case JsonValueKind.Null:
                settings[path] = null;
                break;
            default:
                settings[path] = json.ToString();
                break;
        }
    }

    private sealed record Parsed(bool IsJson, IConfigurationSection Section);
}
