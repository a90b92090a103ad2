using System.Text.Json;

namespace Ffc.DevServer.Insights;

/// <summary>Reads members that may be missing or of another type.</summary>
internal static class JsonView
{
    /// <summary>Returns the items of an array; empty if there is none.</summary>
    public static JsonElement.ArrayEnumerator Items(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : default;

    /// <summary>Returns the value at a path as text, or an empty string if the path does not exist.</summary>
    public static string Text(JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
                return "";
        }

        return element.ToString();
    }

    /// <summary>Returns a member that is a number; 0 if it is missing or of another type.</summary>
    public static double Number(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var number)
        && number.ValueKind == JsonValueKind.Number
            ? number.GetDouble()
            : 0;

    /// <summary>Returns a member with Unix time in milliseconds; null if it is missing or not a time.</summary>
    public static DateTimeOffset? Time(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var time)
        && time.ValueKind == JsonValueKind.Number && time.TryGetInt64(out var milliseconds)
        && milliseconds >= 0 && milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : null;
}
