using System.Text.Json.Nodes;

namespace Ffc.Sdk.Tests.TestData;

/// <summary>A flag or segment as a server writes it.</summary>
internal abstract class ItemJson
{
    /// <summary>Whether the item is a segment; otherwise it is a flag.</summary>
    public virtual bool IsSegment => false;

    /// <summary>The JSON of the item. Tests may change it.</summary>
    public JsonObject Json { get; } = [];
}
