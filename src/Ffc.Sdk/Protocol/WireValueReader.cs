using System.Text;
using System.Text.Json;

namespace Ffc.Sdk.Protocol;

/// <summary>Reads one item of an array.</summary>
internal delegate T? ItemReader<T>(ref Utf8JsonReader reader)
    where T : class;

/// <summary>
/// Reads members, arrays and simple values of wire items. For a value of the wrong type, they throw <see
/// cref="FormatException"/>. The caller adds the path to the message, see <see cref="JsonErrorPath"/>.
/// </summary>
internal static class WireValueReader
{
    /// <summary>Reads a complete item.</summary>
    /// <exception cref="FormatException">
    /// A member has the wrong type, or text that is not valid; the message names the member.
    /// </exception>
    public static T ReadItem<T>(ReadOnlySpan<byte> json, ItemReader<T> read)
        where T : class
    {
        var reader = new Utf8JsonReader(json, MessageReader.ReaderOptions);
        try
        {
            reader.Read();
            return read(ref reader)!;
        }
        catch (FormatException)
        {
            throw new FormatException($"its {JsonErrorPath.Find(json, reader.TokenStartIndex)} has the wrong type");
        }
        catch (InvalidOperationException)
        {
            throw new FormatException("it contains text that is not valid");
        }
    }

    /// <summary>Enters an object. False for null.</summary>
    public static bool Begin(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.StartObject => true,
        JsonTokenType.Null => false,
        _ => throw WrongType(),
    };

    /// <summary>
    /// Moves to the value of the next member. False at the end of the object, or at the end of the bytes that have arrived.
    /// </summary>
    public static bool Next(ref Utf8JsonReader reader, out ReadOnlySpan<byte> name)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.PropertyName)
        {
            name = default;
            return false;
        }

        name = reader.ValueIsEscaped ? Encoding.UTF8.GetBytes(reader.GetString()!) : reader.ValueSpan;
        return reader.Read();
    }

    /// <summary>Compares a member name without case sensitivity, because servers use different cases.</summary>
    public static bool Is(ReadOnlySpan<byte> name, ReadOnlySpan<byte> expected) =>
        name.Length == expected.Length && (name.SequenceEqual(expected) || Ascii.EqualsIgnoreCase(name, expected));

    /// <summary>Reads an array, whose items may be null. Null for null.</summary>
    public static T[]? Array<T>(ref Utf8JsonReader reader, ItemReader<T> read)
        where T : class
    {
        if (!BeginArray(ref reader))
            return null;

        List<T>? items = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            (items ??= []).Add(read(ref reader)!);
        return items?.ToArray() ?? [];
    }

    public static double[]? Doubles(ref Utf8JsonReader reader)
    {
        if (!BeginArray(ref reader))
            return null;

        var (numbers, count) = (new double[2], 0);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (count == numbers.Length)
                System.Array.Resize(ref numbers, count * 2);
            numbers[count++] = Double(ref reader) ?? throw WrongType();
        }

        return count == numbers.Length ? numbers : numbers[..count];
    }

    public static string? Text(ref Utf8JsonReader reader) =>
        reader.TokenType is JsonTokenType.String or JsonTokenType.Null ? reader.GetString() : throw WrongType();

    public static bool? Bool(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        JsonTokenType.Null => null,
        _ => throw WrongType(),
    };

    public static int? Int(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Null ? null
        : reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var number) ? number
        : throw WrongType();

    public static long? Long(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Null ? null
        : reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number) ? number
        : throw WrongType();

    /// <summary>
    /// Reads an ISO 8601 date and time as Unix time in milliseconds, without rounding up. Without an offset, it is in UTC.
    /// </summary>
    public static long? UnixMilliseconds(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        if (reader.TokenType != JsonTokenType.String || !reader.TryGetDateTime(out var local))
            throw WrongType();
        if (local.Kind == DateTimeKind.Unspecified)
            return new DateTimeOffset(local, TimeSpan.Zero).ToUnixTimeMilliseconds();
        return reader.TryGetDateTimeOffset(out var time) ? time.ToUnixTimeMilliseconds() : throw WrongType();
    }

    public static double? Double(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Null ? null
        : reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out var number) ? number
        : throw WrongType();

    private static bool BeginArray(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.StartArray => true,
        JsonTokenType.Null => false,
        _ => throw WrongType(),
    };

    private static FormatException WrongType() => new("a value has the wrong type");
}
