using System.Runtime.InteropServices;
using System.Text.Json;

namespace Ffc.Functions.Api;

/// <summary>Reads values that callers give, and writes values that flags answer.</summary>
internal static class JsonValues
{
    public static Dictionary<string, JsonElement> Object(JsonElement json)
    {
        var members = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        try
        {
            foreach (var member in json.EnumerateObject())
                members[member.Name] = member.Value;
            return members;
        }
        catch (InvalidOperationException)
        {
            throw ApiProblem.BadMember("default", "has a member whose name is not valid text");
        }
    }

    public static JsonElement[] Array(JsonElement json) => [.. json.EnumerateArray()];

    public static double Double(string member, JsonElement json) =>
        json.TryGetDouble(out var number) && double.IsFinite(number)
            ? number
            : throw ApiProblem.BadMember(member, "is too large a number");

    /// <summary>The text of a JSON string.</summary>
    /// <exception cref="ApiProblem">It escapes half of a surrogate pair: JSON by its grammar, but no text.</exception>
    public static string Text(string member, JsonElement json)
    {
        try
        {
            return json.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw ApiProblem.BadMember(member, "is not valid text");
        }
    }

    public static void Write(Utf8JsonWriter writer, Dictionary<string, JsonElement> value)
    {
        writer.WriteStartObject();
        foreach (var (name, member) in value)
        {
            writer.WritePropertyName(name);
            WriteAsItCame(writer, member);
        }

        writer.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter writer, JsonElement[] value)
    {
        writer.WriteStartArray();
        foreach (var item in value)
            WriteAsItCame(writer, item);
        writer.WriteEndArray();
    }

    // Unescaped and escaped again, half of a surrogate pair would end the answer in its middle: JSON by its grammar, but no text.
    private static void WriteAsItCame(Utf8JsonWriter writer, JsonElement json) =>
        writer.WriteRawValue(JsonMarshal.GetRawUtf8Value(json), skipInputValidation: true);
}
