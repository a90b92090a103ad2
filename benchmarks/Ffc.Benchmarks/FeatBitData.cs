using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Ffc.Benchmarks;

/// <summary>
/// Converts the messages of <see cref="RealisticData"/> to the format of FeatBit, with the same rules and users.
/// </summary>
internal static class FeatBitData
{
    public const string Secret = "AwIBAAUEBwYICQoLDA0ODwPC0eD1pLeGmHlqW0w9Lh8A";

    /// <summary>Converts a <c>data-sync</c> message of FFC.</summary>
    public static byte[] Convert(byte[] message)
    {
        var node = JsonNode.Parse(message)!;
        var data = node["data"]!;
        data["featureFlags"] = Map(data["featureFlags"], Flag);
        data["segments"] = Map(data["segments"], Segment);
        return Encoding.UTF8.GetBytes(node.ToJsonString());
    }

    /// <summary>Returns a time as a server writes it; all times have the same length.</summary>
    public static string Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
        .ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static JsonArray Map(JsonNode? items, Func<JsonNode, JsonObject> convert) =>
        [.. (items?.AsArray() ?? []).Select(item => convert(item!))];

    private static JsonObject Flag(JsonNode flag)
    {
        var info = flag["ff"]!;
        return new JsonObject
        {
            ["id"] = Guid(flag["_Id"]!.GetValue<string>()),
            ["envId"] = Guid("environment"),
            ["name"] = info["name"]!.GetValue<string>(),
            ["description"] = "",
            ["key"] = info["keyName"]!.GetValue<string>(),
            ["variationType"] = "string",
            ["variations"] = Map(flag["variationOptions"], variation => new JsonObject
            {
                ["id"] = VariationId(variation),
                ["name"] = variation["variationValue"]!.GetValue<string>(),
                ["value"] = variation["variationValue"]!.GetValue<string>(),
            }),
            ["targetUsers"] = Map(flag["targetIndividuals"], target => new JsonObject
            {
                ["keyIds"] = new JsonArray(
                    [.. target["individuals"]!.AsArray().Select(user => JsonValue.Create(user!["keyId"]!.GetValue<string>()))]),
                ["variationId"] = VariationId(target["valueOption"]!),
            }),
            ["rules"] = Map(flag["fftuwmtr"], rule => new JsonObject
            {
                ["id"] = Guid("rule"),
                ["name"] = "rule",
                ["dispatchKey"] = null,
                ["includedInExpt"] = false,
                ["conditions"] = Map(rule["ruleJsonContent"], Condition),
                ["variations"] = Map(rule["valueOptionsVariationRuleValues"], Rollout),
            }),
            ["isEnabled"] = info["status"]!.GetValue<string>() == "Enabled",
            ["disabledVariationId"] = VariationId(info["variationOptionWhenDisabled"]!),
            ["fallthrough"] = new JsonObject
            {
                ["dispatchKey"] = null,
                ["includedInExpt"] = true,
                ["variations"] = Map(info["defaultRulePercentageRollouts"], Rollout),
            },
            ["exptIncludeAllTargets"] = true,
            ["tags"] = new JsonArray(),
            ["updatedAt"] = Time(flag["timestamp"]!.GetValue<long>()),
            ["isArchived"] = false,
        };
    }

    private static JsonObject Segment(JsonNode segment) => new()
    {
        ["id"] = Guid(segment["id"]!.GetValue<string>()),
        ["name"] = segment["name"]!.GetValue<string>(),
        ["included"] = segment["included"]!.DeepClone(),
        ["excluded"] = segment["excluded"]!.DeepClone(),
        ["rules"] = Map(segment["rules"], rule => new JsonObject { ["conditions"] = Map(rule["ruleJsonContent"], Condition) }),
        ["updatedAt"] = Time(segment["timestamp"]!.GetValue<long>()),
        ["isArchived"] = false,
    };

    private static JsonObject Condition(JsonNode clause)
    {
        var property = clause["property"]!.GetValue<string>();
        var value = clause["value"]!.GetValue<string>();
        return new JsonObject
        {
            ["id"] = Guid("condition"),
            ["property"] = property switch
            {
                "KeyId" => "keyId",
                "Name" or "Email" or "Country" => property.ToLowerInvariant(),
                _ => property,
            },
            ["op"] = clause["operation"]?.GetValue<string>() ?? "",
            ["value"] = property.StartsWith("User is", StringComparison.Ordinal)
                ? new JsonArray([.. JsonNode.Parse(value)!.AsArray().Select(id => JsonValue.Create(Guid((string)id!)))])
                    .ToJsonString()
                : value,
        };
    }

    private static JsonObject Rollout(JsonNode rollout) => new()
    {
        ["id"] = VariationId(rollout["valueOption"]!),
        ["rollout"] = rollout["rolloutPercentage"]!.DeepClone(),
        ["exptRollout"] = 1,
    };

    private static string VariationId(JsonNode variation) => Guid($"variation {variation["localId"]!.GetValue<int>()}");

    // As long as a GUID. Equal names give equal ids.
    private static string Guid(string name)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(name));
        return new Guid(hash.AsSpan(0, 16)).ToString();
    }
}
