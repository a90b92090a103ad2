using System.Text;
using System.Text.Json;

namespace Ffc.Sdk.Protocol.Ffc;

// What flags and segments are made of: members, arrays and values.
internal static partial class WireReader
{
    /// <summary>Reads one item of an array.</summary>
    internal delegate T? Item<T>(ref Utf8JsonReader reader)
        where T : class;

    private static string? UserKey(ref Utf8JsonReader reader) => Text(ref reader, "a user key");

    private static bool Begin(ref Utf8JsonReader reader, string path) => reader.TokenType switch
    {
        JsonTokenType.StartObject => true,
        JsonTokenType.Null => false,
        _ => throw WrongType(path),
    };

    /// <summary>Steps to the value of the next member. False at the end of the object.</summary>
    private static bool Next(ref Utf8JsonReader reader, out ReadOnlySpan<byte> name)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.PropertyName)
        {
            name = default;
            return false;
        }

        name = reader.ValueIsEscaped ? Encoding.UTF8.GetBytes(reader.GetString()!) : reader.ValueSpan;
        reader.Read();
        return true;
    }

    // Servers differ in the case of member names.
    private static bool Is(ReadOnlySpan<byte> name, ReadOnlySpan<byte> wanted) =>
        name.Length == wanted.Length && (name.SequenceEqual(wanted) || Ascii.EqualsIgnoreCase(name, wanted));

    // Any item may be null, as anything may be that a server sends: whoever takes the array looks.
    private static T[]? Array<T>(ref Utf8JsonReader reader, string path, Item<T> read)
        where T : class
    {
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        if (reader.TokenType != JsonTokenType.StartArray)
            throw WrongType(path);

        List<T>? items = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            (items ??= []).Add(read(ref reader)!);
        return items?.ToArray() ?? [];
    }

    private static double[]? Doubles(ref Utf8JsonReader reader, string path)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        if (reader.TokenType != JsonTokenType.StartArray)
            throw WrongType(path);

        var (numbers, count) = (new double[2], 0);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (count == numbers.Length)
                System.Array.Resize(ref numbers, count * 2);
            numbers[count++] = Double(ref reader, path);
        }

        return count == numbers.Length ? numbers : numbers[..count];
    }

    private static string? Text(ref Utf8JsonReader reader, string path) =>
        reader.TokenType is JsonTokenType.String or JsonTokenType.Null ? reader.GetString() : throw WrongType(path);

    private static bool? Bool(ref Utf8JsonReader reader, string path) => reader.TokenType switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        JsonTokenType.Null => null,
        _ => throw WrongType(path),
    };

    private static int? Int(ref Utf8JsonReader reader, string path) =>
        reader.TokenType == JsonTokenType.Null ? null
        : reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var number) ? number
        : throw WrongType(path);

    private static long? Long(ref Utf8JsonReader reader, string path) =>
        reader.TokenType == JsonTokenType.Null ? null
        : reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number) ? number
        : throw WrongType(path);

    private static double Double(ref Utf8JsonReader reader, string path) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out var number) ? number : throw WrongType(path);

    private static JsonException WrongType(string path) => new(null, path, null, null);
}
