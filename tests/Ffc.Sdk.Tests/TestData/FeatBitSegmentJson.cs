using System.Text.Json.Nodes;

namespace Ffc.Sdk.Tests.TestData;

/// <summary>A segment as a FeatBit server writes it.</summary>
internal sealed class FeatBitSegmentJson : ItemJson
{
    public FeatBitSegmentJson(string id, string updatedAt = "2026-01-02T03:04:05Z")
    {
        Json["id"] = id;
        Json["updatedAt"] = updatedAt;
    }

    public override bool IsSegment => true;

    public FeatBitSegmentJson Includes(params string[] userKeys) => Set("included", userKeys);

    public FeatBitSegmentJson Excludes(params string[] userKeys) => Set("excluded", userKeys);

    public FeatBitSegmentJson Archived()
    {
        Json["isArchived"] = true;
        return this;
    }

    /// <summary>Includes users for whom all conditions are true.</summary>
    public FeatBitSegmentJson Rule(params JsonObject[] conditions)
    {
        FlagJson.Append(Json, "rules", new JsonObject { ["conditions"] = FlagJson.ArrayOf(conditions) });
        return this;
    }

    private FeatBitSegmentJson Set(string member, string[] userKeys)
    {
        Json[member] = new JsonArray([.. userKeys.Select(key => (JsonNode)key)]);
        return this;
    }
}
