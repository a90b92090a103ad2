using System.Text.Json;
using Ffc.Sdk.Protocol.Ffc;

namespace Ffc.Sdk.Protocol;

/// <summary>A frame that must be refused whole: nothing of it is applied.</summary>
internal sealed class ProtocolException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>One flag or segment of a message, with the bytes it came as: a snapshot keeps them to the letter.</summary>
internal sealed record WireItem<T>(string Id, long Version, bool IsArchived, ReadOnlyMemory<byte> Json, WireReader.Item<T> Reader)
    where T : class
{
    /// <summary>
    /// Reads the rest of it. Not done with the message, nor kept: most items of most messages are known already, and what is read one
    /// by one and dropped at once costs the garbage collector next to nothing.
    /// </summary>
    /// <exception cref="FormatException">Something in it has the wrong shape; the message says what, but not what stands there.</exception>
    public T Read()
    {
        try
        {
            var reader = new Utf8JsonReader(Json.Span, ServerMessage.Options);
            reader.Read();
            return Reader(ref reader)!;
        }
        catch (JsonException e)
        {
            throw new FormatException($"its {e.Path} has the wrong type");
        }
        catch (InvalidOperationException)
        {
            throw new FormatException("it has broken text in it");
        }
    }
}

/// <summary>The flags and segments of a data-sync message.</summary>
/// <param name="IsFull">Whether this is all there is, or only what changed.</param>
/// <param name="Flags">The flags that could be read.</param>
/// <param name="Segments">The segments that could be read; none from older servers.</param>
/// <param name="Unreadable">What is wrong with each item that could not be read.</param>
internal sealed record DataSync(
    bool IsFull,
    IReadOnlyList<WireItem<WireFlag>> Flags,
    IReadOnlyList<WireItem<WireSegment>> Segments,
    IReadOnlyList<string> Unreadable);

/// <summary>Reads what a server sends, straight from UTF-8.</summary>
internal static class ServerMessage
{
    internal static readonly JsonReaderOptions Options = new() { CommentHandling = JsonCommentHandling.Skip };

    /// <summary>Reads a frame.</summary>
    /// <returns>The data of a data-sync message; null for every other message, known or not.</returns>
    /// <exception cref="ProtocolException">The frame is no JSON object, or a data-sync that lacks what it must have.</exception>
    public static DataSync? Read(ReadOnlySpan<byte> utf8)
    {
        try
        {
            return new Frame(utf8).Read();
        }
        catch (JsonException e)
        {
            throw new ProtocolException($"not a JSON message (at byte {e.BytePositionInLine}, line {e.LineNumber})");
        }
        catch (InvalidOperationException)
        {
            // The reader's way to say that a string holds broken UTF-8.
            throw new ProtocolException("not a JSON message (broken UTF-8)");
        }
    }

    private ref struct Frame(ReadOnlySpan<byte> utf8)
    {
        private readonly ReadOnlySpan<byte> _utf8 = utf8;
        private readonly List<string> _unreadable = [];
        private Utf8JsonReader _reader = new(utf8, Options);
        private string? _fault;
        private string? _messageType;
        private string? _eventType;
        private List<WireItem<WireFlag>>? _flags;
        private List<WireItem<WireSegment>>? _segments;

        public DataSync? Read()
        {
            _reader.Read();
            if (_reader.TokenType != JsonTokenType.StartObject)
                throw new ProtocolException("not a JSON object");

            while (NextMember() is { } name)
            {
                if (Is(name, "messageType"))
                    _messageType = TextOrNull();
                else if (Is(name, "data") && _reader.TokenType == JsonTokenType.StartObject)
                    ReadData();
                else
                    _reader.Skip();
            }

            // What follows the object's end must be nothing: two messages in a frame are no message.
            while (_reader.Read())
                throw new ProtocolException("more than one JSON value in a frame");

            if (!string.Equals(_messageType, Wire.DataSync, StringComparison.Ordinal))
                return null;
            if (_fault is not null)
                throw new ProtocolException(_fault);

            var isFull = string.Equals(_eventType, Wire.Full, StringComparison.OrdinalIgnoreCase);
            if (!isFull && !string.Equals(_eventType, Wire.Patch, StringComparison.OrdinalIgnoreCase))
                throw new ProtocolException("a data-sync whose eventType is neither full nor patch");

            return _flags is null
                ? throw new ProtocolException("a data-sync without featureFlags")
                : new DataSync(isFull, _flags, _segments ?? [], _unreadable);
        }

        private static bool Is(string name, string wanted) => string.Equals(name, wanted, StringComparison.OrdinalIgnoreCase);

        private void ReadData()
        {
            while (NextMember() is { } name)
            {
                if (Is(name, "eventType"))
                    _eventType = TextOrNull();
                else if (Is(name, "featureFlags"))
                    _flags = ReadItems(WireReader.ReadFlag, "flag");
                else if (Is(name, "segments"))
                    _segments = ReadItems(WireReader.ReadSegment, "segment");
                else
                    _reader.Skip();
            }
        }

        private List<WireItem<T>>? ReadItems<T>(WireReader.Item<T> read, string kind)
            where T : class
        {
            if (_reader.TokenType == JsonTokenType.Null)
                return null;
            if (_reader.TokenType != JsonTokenType.StartArray)
            {
                // No fault of a message of another type, and the type may come last.
                _fault = $"a data-sync whose {kind}s are not an array";
                _reader.Skip();
                return null;
            }

            var items = new List<WireItem<T>>();
            while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
            {
                var start = (int)_reader.TokenStartIndex;
                var before = _reader;
                try
                {
                    if (WireReader.ReadEnvelope(ref _reader) is ({ Length: > 0 } id, { } version, var isArchived))
                    {
                        var json = _utf8[start..(int)_reader.BytesConsumed].ToArray();
                        items.Add(new WireItem<T>(id, version, isArchived == true, json, read));
                    }
                    else
                    {
                        _unreadable.Add($"a {kind} without id or timestamp");
                    }
                }
                catch (Exception e) when (e is JsonException or InvalidOperationException)
                {
                    // One item of the wrong shape must not cost the others: step over it. Where the JSON itself is broken,
                    // the step fails and the frame is refused.
                    _reader = before;
                    _reader.Skip();
                    _unreadable.Add(e is JsonException { Path: { } path } ? $"a {kind} whose {path} has the wrong type" : $"a {kind} with broken text in it");
                }
            }

            return items;
        }

        private string? NextMember()
        {
            _reader.Read();
            if (_reader.TokenType != JsonTokenType.PropertyName)
                return null;

            var name = _reader.GetString();
            _reader.Read();
            return name;
        }

        private string? TextOrNull()
        {
            if (_reader.TokenType == JsonTokenType.String)
                return _reader.GetString();
            _reader.Skip();
            return null;
        }
    }
}
