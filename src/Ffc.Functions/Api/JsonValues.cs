using System.Runtime.InteropServices;
using System.Text.Json;

namespace Ffc.Functions.Api;

/// <summary>Reads the values of a request and writes the values of flags.</summary>
internal static class JsonValues
{
    public static Dictionary<string, JsonElement> Object(JsonElement json)
    {
        var members = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var member in json.EnumerateObject())
            members[member.Name] = member.Value;
        return members;
    }

    public static JsonElement[] Array(JsonElement json) => [.. json.EnumerateArray()];

    public static double Double(string member, JsonElement json) =>
        json.TryGetDouble(out var number) && double.IsFinite(number)
            ? number
            : throw ApiProblem.BadMember(member, "is too large a number");

    public static void Write(Utf8JsonWriter writer, Dictionary<string, JsonElement> value)
    {
        writer.WriteStartObject();
        foreach (var (name, member) in value)
        {
            writer.WritePropertyName(name);
            WriteRaw(writer, member);
        }

        writer.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter writer, JsonElement[] value)
    {
        writer.WriteStartArray();
        foreach (var item in value)
            WriteRaw(writer, item);
        writer.WriteEndArray();
    }

    // Not decoded: the value of a flag can contain an unpaired surrogate. The writer would reject it in the middle of the
    // response.
    private static void WriteRaw(Utf8JsonWriter writer, JsonElement json) =>
        writer.WriteRawValue(JsonMarshal.GetRawUtf8Value(json), skipInputValidation: true);
}
