using System.Text.Json;
using Ffc.DevServer.Json;
using Ffc.DevServer.Servers;
using Ffc.Sdk.Flags;
using Ffc.Sdk.Protocol;

namespace Ffc.DevServer.Flags;

/// <summary>Parses a flags file: a full data-sync message that may contain comments and trailing commas.</summary>
internal static class FlagsFileParser
{
    private static readonly JsonDocumentOptions Options = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        AllowDuplicateProperties = false,
    };

    /// <exception cref="InvalidDataException">The file or one of its items is invalid. The message states the reason.</exception>
    public static DataSync Parse(ReadOnlyMemory<byte> utf8, DevProtocol protocol)
    {
        var data = ParseMessage(utf8, protocol) ?? throw new InvalidDataException($"messageType must be \"{Wire.DataSync}\"");
        if (!data.IsFull)
            throw new InvalidDataException($"eventType must be \"{Wire.Full}\"");

        string[] errors =
        [
            .. data.InvalidItems,
            .. data.Flags.Select(flag => FindError(flag.Id, () => protocol.Check(flag))).OfType<string>(),
            .. data.Segments.Select(segment => FindError(segment.Id, () => protocol.Check(segment))).OfType<string>(),
        ];
        if (errors.Length > 0)
            throw new InvalidDataException(string.Join("; ", errors));

        var duplicate = FindDuplicate(data.Flags.Select(flag => flag.Id))
            ?? FindDuplicate(data.Segments.Select(segment => segment.Id));
        return duplicate is null ? data : throw new InvalidDataException($"duplicate id {duplicate}");
    }

    /// <summary>Parses the JSON of a flags file.</summary>
    /// <exception cref="FormatException">The JSON is invalid.</exception>
    public static JsonDocument ParseJson(ReadOnlyMemory<byte> utf8) => StrictJson.Parse(utf8, Options);

    private static DataSync? ParseMessage(ReadOnlyMemory<byte> utf8, DevProtocol protocol)
    {
        try
        {
            using var document = ParseJson(utf8);
            return protocol.Format.ReadMessage(CompactJson.Write(document.WriteTo));
        }
        catch (Exception exception) when (exception is FormatException or ProtocolException)
        {
            throw new InvalidDataException(exception.Message);
        }
    }

    private static string? FindError(string id, Action parse)
    {
        try
        {
            parse();
            return null;
        }
        catch (FormatException exception)
        {
            return $"{id}: {exception.Message}";
        }
    }

    private static string? FindDuplicate(IEnumerable<string> ids)
    {
        var seen = new HashSet<string>();
        return ids.FirstOrDefault(id => !seen.Add(id));
    }
}
