using System.Text.Json.Nodes;

namespace Ffc.Sdk.Tests.TestData;

/// <summary>
/// A flag as a FeatBit server writes it. Initially it is enabled and returns the variation <c>on</c> to all users; its other
/// variation is <c>off</c>. The id of a variation is <c>id-</c> and its value.
/// </summary>
internal sealed class FeatBitFlagJson : ItemJson
{
    public FeatBitFlagJson(string key, string updatedAt = "2026-01-02T03:04:05Z")
    {
        Json["id"] = $"id of {key}";
        Json["key"] = key;
        Json["name"] = $"Name of {key}";
        Json["variationType"] = "string";
        Json["isEnabled"] = true;
        Json["updatedAt"] = updatedAt;
        Json["disabledVariationId"] = "id-off";
        Variations("on", "off");
        Fallthrough(Rollout(0, 1, "on"));
    }

    /// <summary>Returns a variation to users between two percentages.</summary>
    public static JsonObject Rollout(double min, double max, string value, double experiment = 1) => new()
    {
        ["id"] = $"id-{value}",
        ["rollout"] = new JsonArray(min, max),
        ["exptRollout"] = experiment,
    };

    public static JsonObject Condition(string? property, string? operation, string? value) =>
        new() { ["id"] = "c", ["property"] = property, ["op"] = operation, ["value"] = value };

    public static JsonObject InSegment(params string[] ids) =>
        Condition("User is in segment", "", new JsonArray([.. ids.Select(id => (JsonNode)id)]).ToJsonString());

    public FeatBitFlagJson Variations(params string[] values) => Set("variations", new JsonArray(
        [.. values.Select(value => new JsonObject { ["id"] = $"id-{value}", ["name"] = value, ["value"] = value })]));

    /// <summary>Sets the rollouts for users whom no target and no rule matches.</summary>
    public FeatBitFlagJson Fallthrough(params JsonObject[] rollouts) => Fallthrough(null, false, rollouts);

    /// <inheritdoc cref="Fallthrough(JsonObject[])"/>
    public FeatBitFlagJson Fallthrough(string? dispatchKey, bool inExperiment, params JsonObject[] rollouts) =>
        Set("fallthrough", new JsonObject
        {
            ["dispatchKey"] = dispatchKey,
            ["includedInExpt"] = inExperiment,
            ["variations"] = FlagJson.ArrayOf(rollouts),
        });

    /// <summary>Returns the variation <c>off</c> to users for whom all conditions are true.</summary>
    public FeatBitFlagJson Rule(params JsonObject[] conditions) => Rule([Rollout(0, 1, "off")], conditions);

    /// <summary>Applies these rollouts to users for whom all conditions are true.</summary>
    public FeatBitFlagJson Rule(
        JsonObject[] rollouts, JsonObject[] conditions, string? dispatchKey = null, bool inExperiment = false)
    {
        FlagJson.Append(Json, "rules", new JsonObject
        {
            ["id"] = "r",
            ["name"] = "a rule",
            ["dispatchKey"] = dispatchKey,
            ["includedInExpt"] = inExperiment,
            ["conditions"] = FlagJson.ArrayOf(conditions),
            ["variations"] = FlagJson.ArrayOf(rollouts),
        });
        return this;
    }

    /// <summary>Targets these users with a variation.</summary>
    public FeatBitFlagJson Targets(string value, params string[] userKeys)
    {
        FlagJson.Append(Json, "targetUsers", new JsonObject
        {
            ["keyIds"] = new JsonArray([.. userKeys.Select(key => (JsonNode)key)]),
            ["variationId"] = $"id-{value}",
        });
        return this;
    }

    /// <summary>Sets any member.</summary>
    public FeatBitFlagJson Set(string member, JsonNode? value)
    {
        Json[member] = value;
        return this;
    }

    public FeatBitFlagJson Without(string member)
    {
        Json.Remove(member);
        return this;
    }
}
