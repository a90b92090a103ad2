using Ffc.Sdk.Flags;
using System.Text;
using System.Text.Json.Nodes;
using Ffc.Sdk.Protocol;

namespace Ffc.Sdk.Tests.TestData;

/// <summary>A flag or segment as a server writes it.</summary>
internal abstract class ItemJson
{
    /// <summary>The item as it goes on the wire; a test may change whatever it likes.</summary>
    public JsonObject Json { get; } = [];
}

/// <summary>
/// A flag as a server writes it. To begin with it is enabled, everybody gets variation 1, <c>on</c>, and where it is off,
/// variation 2, <c>off</c>.
/// </summary>
internal sealed class FlagJson : ItemJson
{
    private readonly JsonObject _info;

    public FlagJson(string key, long version = 1)
    {
        _info = new JsonObject
        {
            ["id"] = Id(key),
            ["name"] = $"Name of {key}",
            ["keyName"] = key,
            ["status"] = "Enabled",
            ["variationOptionWhenDisabled"] = Variation(2, "off"),
            ["defaultRulePercentageRollouts"] = new JsonArray(Rollout(0, 1, 1, "on")),
        };
        Json["id"] = Id(key);
        Json["isArchived"] = false;
        Json["timestamp"] = version;
        Json["ff"] = _info;
    }

    /// <summary>The id of this flag's key in the environment of <see cref="Clients.Secret"/>.</summary>
    public static string Id(string key) => $"FF__1__2__3__{key}";

    public static JsonObject Variation(int localId, string value) =>
        new() { ["localId"] = localId, ["displayOrder"] = localId, ["variationValue"] = value };

    /// <summary>Users between two percentages get a variation.</summary>
    public static JsonObject Rollout(double min, double max, int localId, string? value = null, double? experiment = null) => new()
    {
        ["rolloutPercentage"] = new JsonArray(min, max),
        ["exptRollout"] = experiment,
        ["valueOption"] = Variation(localId, value ?? $"v{localId}"),
    };

    public static JsonObject Clause(string? property, string? operation, string? value) =>
        new() { ["property"] = property, ["operation"] = operation, ["value"] = value };

    public FlagJson Disabled() => With(() => _info["status"] = "Disabled");

    public FlagJson Archived() => With(() => Json["isArchived"] = true);

    /// <summary>Everybody gets variation 1 with this value.</summary>
    public FlagJson Serves(string value) => Rollouts(Rollout(0, 1, 1, value));

    /// <summary>Users get these by default.</summary>
    public FlagJson Rollouts(params JsonObject[] rollouts) => With(() => _info["defaultRulePercentageRollouts"] = ArrayOf(rollouts));

    /// <summary>Another flag must give the user this variation.</summary>
    public FlagJson Requires(string key, int localId = 1) => With(() => Append(Json, "ffp", new JsonObject
    {
        ["prerequisiteFeatureFlagId"] = Id(key),
        ["valueOptionsVariationValue"] = Variation(localId, $"v{localId}"),
    }));

    /// <summary>These users get this variation, whatever the rules say.</summary>
    public FlagJson Targets(int localId, params string[] userKeys) => With(() => Append(Json, "targetIndividuals", new JsonObject
    {
        ["individuals"] = ArrayOf(userKeys.Select(key => new JsonObject { ["id"] = $"id of {key}", ["keyId"] = key })),
        ["valueOption"] = Variation(localId, $"v{localId}"),
    }));

    /// <summary>Users who satisfy all these clauses get variation <paramref name="localId"/>.</summary>
    public FlagJson Rule(int localId, params JsonObject[] clauses) => Rule([Rollout(0, 1, localId)], clauses);

    /// <summary>Users who satisfy all these clauses get what these rollouts say.</summary>
    public FlagJson Rule(JsonObject[] rollouts, JsonObject[] clauses, bool? inExperiment = null) => With(() => Append(Json, "fftuwmtr", new JsonObject
    {
        ["ruleId"] = "r",
        ["ruleName"] = "a rule",
        ["isIncludedInExpt"] = inExperiment,
        ["ruleJsonContent"] = ArrayOf(clauses),
        ["valueOptionsVariationRuleValues"] = ArrayOf(rollouts),
    }));

    /// <summary>Says which evaluations count in the flag's experiment.</summary>
    public FlagJson Experiment(bool? includesAllRules, bool? includesDefaultRule = null) => With(() =>
    {
        Json["exptIncludeAllRules"] = includesAllRules;
        _info["isDefaultRulePercentageRolloutsIncludedInExpt"] = includesDefaultRule;
    });

    /// <summary>Changes anything else; the path names a member, such as <c>ff.status</c>.</summary>
    public FlagJson Set(string path, JsonNode? value) => With(() =>
    {
        if (path.StartsWith("ff.", StringComparison.Ordinal))
            _info[path[3..]] = value;
        else
            Json[path] = value;
    });

    /// <summary>Takes a member away.</summary>
    public FlagJson Without(string path) =>
        With(() => _ = path.StartsWith("ff.", StringComparison.Ordinal) ? _info.Remove(path[3..]) : Json.Remove(path));

    internal static JsonArray ArrayOf(IEnumerable<JsonObject> items) => [.. items.Select(item => (JsonNode)item.DeepClone())];

    internal static void Append(JsonObject parent, string member, JsonObject item)
    {
        if (parent[member] is not JsonArray list)
            parent[member] = list = [];
        list.Add(item);
    }

    private FlagJson With(Action change)
    {
        change();
        return this;
    }
}

/// <summary>A segment as a server writes it.</summary>
internal sealed class SegmentJson : ItemJson
{
    public SegmentJson(string id, long version = 1)
    {
        Json["id"] = id;
        Json["isArchived"] = false;
        Json["timestamp"] = version;
    }

    public SegmentJson Archived() => With("isArchived", true);

    public SegmentJson Includes(params string[] userKeys) => With("included", Keys(userKeys));

    public SegmentJson Excludes(params string[] userKeys) => With("excluded", Keys(userKeys));

    /// <summary>Users who satisfy all these clauses are in.</summary>
    public SegmentJson Rule(params JsonObject[] clauses)
    {
        FlagJson.Append(Json, "rules", new JsonObject { ["ruleJsonContent"] = FlagJson.ArrayOf(clauses) });
        return this;
    }

    /// <summary>Users who are in (or not in) any of these segments are in.</summary>
    public SegmentJson Nests(params string[] segmentIds) => Rule(InAny(segmentIds));

    public static JsonObject InAny(params string[] segmentIds) =>
        FlagJson.Clause("User is in segment", "", Keys(segmentIds).ToJsonString());

    public static JsonObject NotInAny(params string[] segmentIds) =>
        FlagJson.Clause("User is not in segment", null, Keys(segmentIds).ToJsonString());

    private static JsonArray Keys(string[] keys) => [.. keys.Select(key => (JsonNode)key)];

    private SegmentJson With(string member, JsonNode value)
    {
        Json[member] = value;
        return this;
    }
}

/// <summary>Writes the messages of a server.</summary>
internal static class MessageJson
{
    public static string Full(params IEnumerable<ItemJson> items) => DataSync("full", items);

    public static string Patch(params IEnumerable<ItemJson> items) => DataSync("patch", items);

    /// <summary>The message as the client reads it.</summary>
    public static DataSync Read(string message) =>
        ServerMessage.Read(Encoding.UTF8.GetBytes(message)) ?? throw new InvalidOperationException("no data-sync");

    private static string DataSync(string eventType, IEnumerable<ItemJson> items)
    {
        var flags = string.Join(',', items.OfType<FlagJson>().Select(item => item.Json.ToJsonString()));
        var segments = string.Join(',', items.OfType<SegmentJson>().Select(item => item.Json.ToJsonString()));
        return $$$"""{"messageType":"data-sync","data":{"eventType":"{{{eventType}}}","featureFlags":[{{{flags}}}],"segments":[{{{segments}}}]}}""";
    }
}
