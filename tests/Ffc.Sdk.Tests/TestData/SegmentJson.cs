using System.Text.Json.Nodes;

namespace Ffc.Sdk.Tests.TestData;

/// <summary>A segment as a server writes it.</summary>
internal sealed class SegmentJson : ItemJson
{
    public SegmentJson(string id, long version = 1)
    {
        Json["id"] = id;
        Json["isArchived"] = false;
        Json["timestamp"] = version;
    }

    public override bool IsSegment => true;

    public SegmentJson Archived() => With("isArchived", true);

    public SegmentJson Includes(params string[] userKeys) => With("included", Keys(userKeys));

    public SegmentJson Excludes(params string[] userKeys) => With("excluded", Keys(userKeys));

    /// <summary>Includes users for whom all clauses are true.</summary>
    public SegmentJson Rule(params JsonObject[] clauses)
    {
        FlagJson.Append(Json, "rules", new JsonObject { ["ruleJsonContent"] = FlagJson.ArrayOf(clauses) });
        return this;
    }

    /// <summary>Includes users who are in any of these segments.</summary>
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
