using System.Text.Json.Nodes;

namespace Ffc.Sdk.Tests.TestData;

/// <summary>
/// A flag as a server writes it. Initially it is enabled and returns variation 1, <c>on</c>, to all users; its off variation is
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

    /// <summary>The id of the flag with a key in the environment of <see cref="Clients.Secret"/>.</summary>
    public static string Id(string key) => $"FF__1__2__3__{key}";

    public static JsonObject Variation(int localId, string value) =>
        new() { ["localId"] = localId, ["displayOrder"] = localId, ["variationValue"] = value };

    /// <summary>Returns a variation to users between two percentages.</summary>
    public static JsonObject Rollout(
        double min, double max, int localId, string? value = null, double? experiment = null) => new()
        {
            ["rolloutPercentage"] = new JsonArray(min, max),
            ["exptRollout"] = experiment,
            ["valueOption"] = Variation(localId, value ?? $"v{localId}"),
        };

    public static JsonObject Clause(string? property, string? operation, string? value) =>
        new() { ["property"] = property, ["operation"] = operation, ["value"] = value };

    public FlagJson Disabled() => With(() => _info["status"] = "Disabled");

    public FlagJson Archived() => With(() => Json["isArchived"] = true);

    /// <summary>Returns variation 1 with this value to all users.</summary>
    public FlagJson Serves(string value) => Rollouts(Rollout(0, 1, 1, value));

    /// <summary>Sets the default rollouts.</summary>
    public FlagJson Rollouts(params JsonObject[] rollouts) =>
        With(() => _info["defaultRulePercentageRollouts"] = ArrayOf(rollouts));

    /// <summary>Requires that another flag returns this variation.</summary>
    public FlagJson Requires(string key, int localId = 1) => With(() => Append(Json, "ffp", new JsonObject
    {
        ["prerequisiteFeatureFlagId"] = Id(key),
        ["valueOptionsVariationValue"] = Variation(localId, $"v{localId}"),
    }));

    /// <summary>Targets these users with this variation.</summary>
    public FlagJson Targets(int localId, params string[] userKeys) => With(() => Append(Json, "targetIndividuals", new JsonObject
    {
        ["individuals"] = ArrayOf(userKeys.Select(key => new JsonObject { ["id"] = $"id of {key}", ["keyId"] = key })),
        ["valueOption"] = Variation(localId, $"v{localId}"),
    }));

    /// <summary>Returns variation <paramref name="localId"/> to users for whom all clauses are true.</summary>
    public FlagJson Rule(int localId, params JsonObject[] clauses) => Rule([Rollout(0, 1, localId)], clauses);

    /// <summary>Applies these rollouts to users for whom all clauses are true.</summary>
    public FlagJson Rule(JsonObject[] rollouts, JsonObject[] clauses, bool? inExperiment = null) =>
        With(() => Append(Json, "fftuwmtr", new JsonObject
        {
            ["ruleId"] = "r",
            ["ruleName"] = "a rule",
            ["isIncludedInExpt"] = inExperiment,
            ["ruleJsonContent"] = ArrayOf(clauses),
            ["valueOptionsVariationRuleValues"] = ArrayOf(rollouts),
        }));

    /// <summary>Sets which evaluations count in the flag's experiment.</summary>
    public FlagJson Experiment(bool? includesAllRules, bool? includesDefaultRule = null) => With(() =>
    {
        Json["exptIncludeAllRules"] = includesAllRules;
        _info["isDefaultRulePercentageRolloutsIncludedInExpt"] = includesDefaultRule;
    });

    /// <summary>Sets any other member. The path names it, such as <c>ff.status</c>.</summary>
    public FlagJson Set(string path, JsonNode? value) => With(() =>
    {
        if (path.StartsWith("ff.", StringComparison.Ordinal))
            _info[path[3..]] = value;
        else
            Json[path] = value;
    });

    /// <summary>Removes a member.</summary>
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
