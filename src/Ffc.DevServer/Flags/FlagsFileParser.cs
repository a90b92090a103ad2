using System.Text.Json;
using Ffc.DevServer.Json;
using Ffc.Sdk.Flags;
using Ffc.Sdk.Protocol;
using Ffc.Sdk.Protocol.Ffc;

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
    public static DataSync Parse(ReadOnlyMemory<byte> utf8)
    {
        var data = ParseMessage(utf8) ?? throw new InvalidDataException($"messageType must be \"{Wire.DataSync}\"");
        if (!data.IsFull)
            throw new InvalidDataException($"eventType must be \"{Wire.Full}\"");

        string[] errors =
        [
            .. data.InvalidItems,
            .. data.Flags.Select(flag => FindError(flag.Id, () => WireReader.Parse(flag))).OfType<string>(),
            .. data.Segments.Select(segment => FindError(segment.Id, () => WireReader.Parse(segment))).OfType<string>(),
        ];
        if (errors.Length > 0)
            throw new InvalidDataException(string.Join("; ", errors));

        var duplicate = FindDuplicate(data.Flags.Select(flag => flag.Id))
            ?? FindDuplicate(data.Segments.Select(segment => segment.Id));
        return duplicate is null ? data : throw new InvalidDataException($"duplicate id {duplicate}");
    }

    private static DataSync? ParseMessage(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            using var document = StrictJson.Parse(utf8, Options);
            return FfcWireFormat.Instance.ReadMessage(CompactJson.Write(document.WriteTo));
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
