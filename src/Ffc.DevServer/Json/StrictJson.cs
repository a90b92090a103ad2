using System.Text;
using System.Text.Json;

namespace Ffc.DevServer.Json;

/// <summary>Parses JSON and rejects text that cannot be written again: invalid UTF-8 and unpaired surrogates.</summary>
internal static class StrictJson
{
    /// <summary>Parses JSON. A byte order mark is skipped.</summary>
    /// <exception cref="FormatException">The JSON is invalid. The message states the reason and the position.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> utf8, JsonDocumentOptions options = default)
    {
        var json = SkipByteOrderMark(utf8);
        Validate(json.Span, options);
        return JsonDocument.Parse(json, options);
    }

    private static ReadOnlyMemory<byte> SkipByteOrderMark(ReadOnlyMemory<byte> utf8)
    {
        var mark = Encoding.UTF8.Preamble;
        return utf8.Span.StartsWith(mark) ? utf8[mark.Length..] : utf8;
    }

    private static void Validate(ReadOnlySpan<byte> utf8, JsonDocumentOptions options)
    {
        var memberNames = new Stack<HashSet<string>>();
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions
        {
            AllowTrailingCommas = options.AllowTrailingCommas,
            CommentHandling = options.CommentHandling,
            MaxDepth = options.MaxDepth,
        });
        try
        {
            while (reader.Read())
            {
                switch (reader.TokenType)
                {
                    case JsonTokenType.StartObject:
                        memberNames.Push([]);
                        break;
                    case JsonTokenType.EndObject:
                        memberNames.Pop();
                        break;
                    case JsonTokenType.PropertyName:
                        if (!memberNames.Peek().Add(reader.GetString()!) && !options.AllowDuplicateProperties)
                            throw Invalid($"duplicate member \"{reader.GetString()}\"", utf8, reader.TokenStartIndex);
                        break;
                    case JsonTokenType.String:
                        // JSON readers validate the text of a string only when it is decoded.
                        reader.GetString();
                        break;
                }
            }
        }
        catch (JsonException exception)
        {
            throw Invalid("invalid JSON", exception.LineNumber, exception.BytePositionInLine, $": {ReasonOf(exception)}");
        }
        catch (InvalidOperationException)
        {
            throw Invalid("unpaired surrogate or invalid UTF-8 in a string", utf8, reader.TokenStartIndex);
        }
    }

    // .NET adds the position to the reason, counted from 0.
    private static string ReasonOf(JsonException exception) => exception.Message.Split(" LineNumber:")[0].TrimEnd('.');

    private static FormatException Invalid(string reason, ReadOnlySpan<byte> utf8, long index)
    {
        var before = utf8[..(int)index];
        return Invalid(reason, before.Count((byte)'\n'), index - (before.LastIndexOf((byte)'\n') + 1));
    }

    // Readers count lines and positions from 0, editors from 1.
    private static FormatException Invalid(string fault, long? line, long? position, string reason = "") =>
        new($"{fault} at line {line + 1}, position {position + 1}{reason}");
}
