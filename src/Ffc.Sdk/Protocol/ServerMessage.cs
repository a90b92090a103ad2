using System.Text.Json;
using Ffc.Sdk.Flags;
using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Protocol;

/// <summary>Reads the messages that a server sends, directly from UTF-8.</summary>
internal static class ServerMessage
{
    // Unknown members are skipped without recursion, so their depth does not matter.
    internal static readonly JsonReaderOptions ReaderOptions =
        new() { CommentHandling = JsonCommentHandling.Skip, MaxDepth = int.MaxValue };

    /// <summary>Reads a frame.</summary>
    /// <returns>The data of a data-sync message; null for every other message.</returns>
    /// <exception cref="ProtocolException">
    /// The frame is not a JSON object, or is a data-sync message without the required members.
    /// </exception>
    public static DataSync? Read(ReadOnlySpan<byte> utf8, WireFormat format)
    {
        try
        {
            return new Frame(utf8, format).Read();
        }
        catch (JsonException exception)
        {
            throw new ProtocolException(
                $"invalid JSON (line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1})");
        }
        catch (InvalidOperationException)
        {
            // Utf8JsonReader throws this for a string that is not valid UTF-8.
            throw new ProtocolException("invalid UTF-8");
        }
    }

    private ref struct Frame(ReadOnlySpan<byte> utf8, WireFormat format)
    {
        private readonly ReadOnlySpan<byte> _utf8 = utf8;
        private readonly List<string> _invalidItems = [];
        private Utf8JsonReader _reader = new(utf8, ReaderOptions);
        private string? _error;
        private string? _messageType;
        private string? _eventType;
        private List<IncomingItem<Flag>>? _flags;
        private List<IncomingItem<Segment>>? _segments;

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

            if (_reader.Read())
                throw new ProtocolException("more than one JSON value in a frame");

            if (!string.Equals(_messageType, Wire.DataSync, StringComparison.Ordinal))
                return null;
            if (_error is not null)
                throw new ProtocolException(_error);

            var isFull = string.Equals(_eventType, Wire.Full, StringComparison.OrdinalIgnoreCase);
            if (!isFull && !string.Equals(_eventType, Wire.Patch, StringComparison.OrdinalIgnoreCase))
                throw new ProtocolException("a data-sync whose eventType is neither full nor patch");

            return _flags is null
                ? throw new ProtocolException("a data-sync without featureFlags")
                : new DataSync(isFull, _flags, _segments ?? [], _invalidItems);
        }

        private static bool Is(string name, string expected) => string.Equals(name, expected, StringComparison.OrdinalIgnoreCase);

        private static string DescribeWrongType(string kind, string path) =>
            path.Length == 0 ? $"a {kind} that is not an object" : $"a {kind} whose {path} has the wrong type";

        private void ReadData()
        {
            while (NextMember() is { } name)
            {
                if (Is(name, "eventType"))
                    _eventType = TextOrNull();
                else if (Is(name, "featureFlags"))
                    _flags = ReadItems<Flag>("flag", format.CompileFlag);
                else if (Is(name, "segments"))
                    _segments = ReadItems<Segment>("segment", format.CompileSegment);
                else
                    _reader.Skip();
            }
        }

        private List<IncomingItem<T>>? ReadItems<T>(string kind, Func<IncomingItem<T>, ILogger, T> compile)
            where T : class, IDataItem
        {
            if (_reader.TokenType == JsonTokenType.Null)
                return null;
            if (_reader.TokenType != JsonTokenType.StartArray)
            {
                // Thrown later and only for a data-sync, because the message type may be the last member.
                _error = $"a data-sync whose {kind}s are not an array";
                _reader.Skip();
                return null;
            }

            var items = new List<IncomingItem<T>>();
            while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
            {
                var start = (int)_reader.TokenStartIndex;
                var before = _reader;
                try
                {
                    if (format.ReadEnvelope(ref _reader) is ({ Length: > 0 } id, { } version, var isArchived))
                    {
                        var json = _utf8[start..(int)_reader.BytesConsumed].ToArray();
                        items.Add(new IncomingItem<T>(id, version, isArchived == true, json, compile));
                    }
                    else
                    {
                        _invalidItems.Add($"a {kind} without id or {format.VersionMember}");
                    }
                }
                catch (Exception exception) when (exception is FormatException or JsonException or InvalidOperationException)
                {
                    // An invalid item is skipped, and the others are read. If the JSON itself is invalid, Skip throws, and the
                    // frame is rejected.
                    var offset = _reader.TokenStartIndex - start;
                    _reader = before;
                    _reader.Skip();
                    _invalidItems.Add(exception is FormatException
                        ? DescribeWrongType(kind, JsonErrorPath.Find(_utf8[start..], offset))
                        : $"a {kind} with invalid text");
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
