using System.Text.Json;

namespace Ffc.DevServer.Json;

/// <summary>The position of an object or array, and of its members or items, in JSON text that may contain comments.</summary>
/// <param name="Start">The position of the opening bracket.</param>
/// <param name="End">The position after the closing bracket.</param>
/// <param name="Items">The members of the object, or the items of the array.</param>
internal sealed record JsonContainer(int Start, int End, IReadOnlyList<JsonSpan> Items)
{
    private static readonly JsonReaderOptions Options = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    /// <summary>Reads the object or array that is at a position in valid JSON. The items are empty for any other value.</summary>
    public static JsonContainer Read(ReadOnlySpan<byte> utf8, int position)
    {
        var reader = new Utf8JsonReader(utf8[position..], Options);
        reader.Read();
        var start = position + (int)reader.TokenStartIndex;
        var items = new List<JsonSpan>();
        if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
            return new JsonContainer(start, position + (int)reader.BytesConsumed, items);

        while (reader.Read() && reader.TokenType is not (JsonTokenType.EndObject or JsonTokenType.EndArray))
        {
            var memberStart = position + (int)reader.TokenStartIndex;
            string? name = null;
            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                name = reader.GetString();
                reader.Read();
            }

            var valueStart = position + (int)reader.TokenStartIndex;
            reader.Skip();
            items.Add(new JsonSpan(name, memberStart, valueStart, position + (int)reader.BytesConsumed));
        }

        return new JsonContainer(start, position + (int)reader.BytesConsumed, items);
    }

    /// <summary>
    /// Returns the member with a name; null if there is none. The case of names does not matter, as on the wire.
    /// </summary>
    public JsonSpan? Find(string name)
    {
        foreach (var item in Items)
        {
            if (string.Equals(item.Name, name, StringComparison.OrdinalIgnoreCase))
                return item;
        }

        return null;
    }
}
