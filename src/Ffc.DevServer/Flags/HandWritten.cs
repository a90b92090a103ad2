using System.Text;
using System.Text.Json;
using Ffc.Sdk.Flags;
using Ffc.Sdk.Protocol;
using Ffc.Sdk.Protocol.Ffc;

namespace Ffc.DevServer.Flags;

/// <summary>Reads a full data-sync message as people write it: with comments, trailing commas and mistakes.</summary>
internal static class HandWritten
{
    private static readonly JsonDocumentOptions Options = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        AllowDuplicateProperties = false,
    };

    /// <exception cref="InvalidDataException">It is no such message, or an item cannot be read; the text says where.</exception>
    public static DataSync Read(ReadOnlyMemory<byte> utf8)
    {
        var data = ReadMessage(WithoutBom(utf8)) ?? throw new InvalidDataException($"messageType must be \"{Wire.DataSync}\"");
        if (!data.IsFull)
            throw new InvalidDataException($"eventType must be \"{Wire.Full}\": the file is all there is");
        string[] faults = [.. data.InvalidItems, .. data.Flags.Select(FlagFault).OfType<string>(), .. data.Segments.Select(SegmentFault).OfType<string>()];
        if (faults.Length > 0)
            throw new InvalidDataException(string.Join("; ", faults));

        var twice = Repeated(data.Flags.Select(flag => flag.Id)) ?? Repeated(data.Segments.Select(segment => segment.Id));
        return twice is null ? data : throw new InvalidDataException($"two items have the id {twice}");
    }

    private static DataSync? ReadMessage(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8, Options);
            return ServerMessage.Read(CompactJson.Write(document.WriteTo));
        }
        catch (JsonException e)
        {
            // The reader counts from 0 and appends its own numbers; editors count from 1.
            var reason = e.Message.Split(" LineNumber:")[0];
            var where = e.LineNumber is { } line ? $"line {line + 1}, position {e.BytePositionInLine + 1}: " : "";
            throw new InvalidDataException(where + reason);
        }
        catch (InvalidOperationException)
        {
            // The reader's way to say that an escape stands for half a character.
            throw new InvalidDataException("a string holds half a character (a lone \\ud8xx or \\udcxx)");
        }
        catch (ProtocolException e)
        {
            throw new InvalidDataException(e.Message);
        }
    }

    private static string? FlagFault(IncomingItem<Flag> item) => Fault(item.Id, () => WireReader.Parse(item));

    private static string? SegmentFault(IncomingItem<Segment> item) => Fault(item.Id, () => WireReader.Parse(item));

    private static string? Fault(string id, Action parse)
    {
        try
        {
            parse();
            return null;
        }
        catch (FormatException e)
        {
            return $"{id}: {e.Message}";
        }
    }

    private static ReadOnlyMemory<byte> WithoutBom(ReadOnlyMemory<byte> utf8)
    {
        var bom = Encoding.UTF8.Preamble;
        return utf8.Span.StartsWith(bom) ? utf8[bom.Length..] : utf8;
    }

    private static string? Repeated(IEnumerable<string> ids)
    {
        var seen = new HashSet<string>();
        return ids.FirstOrDefault(id => !seen.Add(id));
    }
}
