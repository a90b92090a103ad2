using System.Text.Json;
using OpenFeature.Model;

namespace Ffc.Sdk.OpenFeature;

/// <summary>Converts JSON to values of OpenFeature.</summary>
internal static class JsonValue
{
    public static Value Convert(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => new Value(new Structure(
            json.EnumerateObject().GroupBy(member => member.Name, StringComparer.Ordinal)
                .ToDictionary(members => members.Key, members => Convert(members.Last().Value)))),
        JsonValueKind.Array => new Value(json.EnumerateArray().Select(Convert).ToList()),
        JsonValueKind.String => new Value(json.GetString()!),
        JsonValueKind.Number => new Value(json.GetDouble()),
        JsonValueKind.True => new Value(true),
        JsonValueKind.False => new Value(false),
        _ => new Value(),
    };
}
