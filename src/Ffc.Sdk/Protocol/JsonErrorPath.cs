using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Ffc.Sdk.Protocol;

/// <summary>
/// Finds the path of the JSON value at which a reader failed, such as <c>ff.defaultRulePercentageRollouts[0].valueOption</c>.
/// The JSON is read again to find the path, so that readers do not have to track it.
/// </summary>
internal static class JsonErrorPath
{
    /// <summary>
    /// Returns the path of the first value at or after a byte offset; empty for the root, or if there is no such value.
    /// </summary>
    public static string Find(ReadOnlySpan<byte> json, long offset)
    {
        var reader = new Utf8JsonReader(json, MessageReader.ReaderOptions);
        var path = new Stack<Level>();
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray)
            {
                path.Pop();
                continue;
            }

            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                path.Peek().Member = MemberName(ref reader);
                continue;
            }

            if (path.TryPeek(out var parent))
                parent.Index++;
            if (reader.TokenStartIndex >= offset)
                return string.Concat(path.Reverse().Select(level => level.Text)).TrimStart('.');
            if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
                path.Push(new Level());
        }

        return "";
    }

    private static string MemberName(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // The name is not valid Unicode. It is shown as in the JSON, with replacement characters.
            return Encoding.UTF8.GetString(reader.ValueSpan);
        }
    }

    private sealed class Level
    {
        public string? Member { get; set; }

        public int Index { get; set; } = -1;

        public string Text => Member is null ? $"[{Index.ToString(CultureInfo.InvariantCulture)}]" : $".{Member}";
    }
}
