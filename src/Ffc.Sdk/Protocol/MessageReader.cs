using System.Text.Json;
using Ffc.Sdk.Flags;
using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Protocol;

/// <summary>
/// Reads one message of a server while it arrives, directly from UTF-8. Each item is read as soon as its last byte is there, so
/// that only the bytes of the incomplete item are held. Not thread-safe.
/// </summary>
/// <param name="format">How the message represents flags and segments.</param>
/// <param name="prepareItems">
/// Called before the first item, and returns what prepares the items. Null to leave the items unprepared, with their JSON.
/// </param>
/// <param name="maxPartBytes">The largest item, or other part that is read as a whole, that is accepted, in bytes.</param>
internal sealed class MessageReader(
    WireFormat format, Func<ItemPreparation>? prepareItems = null, int maxPartBytes = MessageReader.DefaultMaxPartBytes)
{
    // Far more than any item needs.
    private const int DefaultMaxPartBytes = 256 * 1024 * 1024;

    // Unknown members are skipped without recursion, so their depth does not matter.
    internal static readonly JsonReaderOptions ReaderOptions =
        new() { CommentHandling = JsonCommentHandling.Skip, MaxDepth = int.MaxValue };

    // A pong fits into the first buffer, and several flags into a buffer of the usual size.
    private const int FirstBufferBytes = 4 * 1024;
    private const int UsualBufferBytes = 64 * 1024;

    private readonly List<string> _invalidItems = [];
    private byte[] _buffer = [];
    private int _length;
    private bool _wasFilled;
    private JsonReaderState _state = new(ReaderOptions);
    private Place _place;
    private Place _placeAfterSkip;
    private int _skippedDepth;
    private long _incompleteItemBytes;
    private ItemPreparation? _preparation;
    private string _member = "";
    private string? _error;
    private string? _messageType;
    private string? _eventType;
    private ItemArray<Flag>? _flags;
    private ItemArray<Segment>? _segments;

    /// <summary>Where the reader is: before the next token of this place.</summary>
    private enum Place
    {
        Start,
        Message,
        MessageMember,
        Data,
        DataMember,
        Flags,
        Segments,
        SkippedValue,
        End,
    }

    /// <summary>Reads a complete message.</summary>
    /// <inheritdoc cref="Complete"/>
    public static DataSync? Read(ReadOnlySpan<byte> utf8, WireFormat format)
    {
        var reader = new MessageReader(format);
        reader.ReadAvailable(utf8, isFinal: true);
        return reader.Result();
    }

    /// <summary>The number of bytes of the message that were read.</summary>
    public long ReadBytes { get; private set; }

    /// <summary>Returns the memory for the next bytes of the message; not empty.</summary>
    public Memory<byte> GetMemory()
    {
        if (_buffer.Length == 0)
            _buffer = new byte[FirstBufferBytes];
        else if (_length > _buffer.Length / 2 || (_wasFilled && _buffer.Length < UsualBufferBytes))
            Array.Resize(ref _buffer, _buffer.Length * 2);
        return _buffer.AsMemory(_length);
    }

    /// <summary>Reads bytes that were written to the memory.</summary>
    /// <param name="count">The number of bytes.</param>
    /// <exception cref="ProtocolException">The message is invalid. The reader must not be used any more.</exception>
    public void Advance(int count)
    {
        ReadBytes += count;
        _length += count;
        _wasFilled = _length == _buffer.Length;
        var consumed = ReadAvailable(_buffer.AsSpan(0, _length), isFinal: false);
        _length -= consumed;
        _buffer.AsSpan(consumed, _length).CopyTo(_buffer);
        if (_length > maxPartBytes)
            throw new ProtocolException($"an item is larger than {maxPartBytes:N0} bytes");
    }

    /// <summary>Ends the message.</summary>
    /// <returns>The data of a data-sync message; null for every other message.</returns>
    /// <exception cref="ProtocolException">
    /// The message is not a JSON object, or is a data-sync message without the required members.
    /// </exception>
    public DataSync? Complete()
    {
        ReadAvailable(_buffer.AsSpan(0, _length), isFinal: true);
        _preparation?.Complete();
        return Result();
    }

    private static bool Is(string name, string expected) => string.Equals(name, expected, StringComparison.OrdinalIgnoreCase);

    private static string DescribeWrongType(string kind, string path) =>
        path.Length == 0 ? $"a {kind} that is not an object" : $"a {kind} whose {path} has the wrong type";

    /// <summary>Reads as much as possible and returns the number of bytes that are not needed any more.</summary>
    private int ReadAvailable(ReadOnlySpan<byte> utf8, bool isFinal)
    {
        try
        {
            var reader = new Utf8JsonReader(utf8, isFinal, _state);
            while (TryReadNext(ref reader, utf8, isFinal))
            {
                // Until the end of these bytes.
            }

            _state = reader.CurrentState;
            return (int)reader.BytesConsumed;
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

    /// <summary>Reads the next token, or the next item as a whole. False if its end is not there yet.</summary>
    private bool TryReadNext(ref Utf8JsonReader reader, ReadOnlySpan<byte> utf8, bool isFinal)
    {
        if (_place == Place.Flags)
            return TryReadItemOrEnd(ref reader, utf8, isFinal, _flags!);
        if (_place == Place.Segments)
            return TryReadItemOrEnd(ref reader, utf8, isFinal, _segments!);
        if (!reader.Read())
            return false;

        switch (_place)
        {
            case Place.Start:
                if (reader.TokenType != JsonTokenType.StartObject)
                    throw new ProtocolException("not a JSON object");
                _place = Place.Message;
                break;
            case Place.Message:
                _place = ReadName(ref reader) ? Place.MessageMember : Place.End;
                break;
            case Place.MessageMember:
                _place = Place.Message;
                ReadMessageMember(ref reader);
                break;
            case Place.Data:
                _place = ReadName(ref reader) ? Place.DataMember : Place.Message;
                break;
            case Place.DataMember:
                _place = Place.Data;
                ReadDataMember(ref reader);
                break;
            case Place.SkippedValue:
                if (reader.CurrentDepth == _skippedDepth)
                    _place = _placeAfterSkip;
                break;
            default:
                throw new ProtocolException("more than one JSON value in a frame");
        }

        return true;
    }

    private bool ReadName(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.PropertyName)
            return false;

        _member = reader.GetString()!;
        return true;
    }

    private void ReadMessageMember(ref Utf8JsonReader reader)
    {
        if (Is(_member, "messageType"))
            _messageType = TextOrNull(ref reader);
        else if (Is(_member, "data") && reader.TokenType == JsonTokenType.StartObject)
            _place = Place.Data;
        else
            Skip(ref reader);
    }

    private void ReadDataMember(ref Utf8JsonReader reader)
    {
        if (Is(_member, "eventType"))
            _eventType = TextOrNull(ref reader);
        else if (Is(_member, "featureFlags"))
            _flags = BeginItems(ref reader, Place.Flags, NewFlags);
        else if (Is(_member, "segments"))
            _segments = BeginItems(ref reader, Place.Segments, NewSegments);
        else
            Skip(ref reader);
    }

    private string? TextOrNull(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String)
            return reader.GetString();
        Skip(ref reader);
        return null;
    }

    private void Skip(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
            (_place, _placeAfterSkip, _skippedDepth) = (Place.SkippedValue, _place, reader.CurrentDepth);
    }

    private ItemArray<Flag> NewFlags() =>
        new("flag", format.ReadFlag, format.CompileFlag, _preparation is null ? null : _preparation.Prepare);

    private ItemArray<Segment> NewSegments() =>
        new("segment", format.ReadSegment, format.CompileSegment, _preparation is null ? null : _preparation.Prepare);

    private ItemArray<T>? BeginItems<T>(ref Utf8JsonReader reader, Place place, Func<ItemArray<T>> create)
        where T : class, IDataItem
    {
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            // Thrown later and only for a data-sync, because the message type may be the last member.
            _error = $"a data-sync whose {create().Kind}s are not an array";
            Skip(ref reader);
            return null;
        }

        _place = place;
        _preparation ??= prepareItems?.Invoke();
        return create();
    }

    /// <summary>Reads an item, or the end of the array. False if the end of the item is not there yet.</summary>
    private bool TryReadItemOrEnd<T>(ref Utf8JsonReader reader, ReadOnlySpan<byte> utf8, bool isFinal, ItemArray<T> array)
        where T : class, IDataItem
    {
        var before = reader;
        if (!reader.Read())
            return false;
        if (reader.TokenType == JsonTokenType.EndArray)
        {
            _place = Place.Data;
            return true;
        }

        // Each attempt reads the item from its start. The next attempt waits for twice as many bytes, so that the total work
        // does not grow with the number of parts in which an item arrives.
        var available = utf8.Length - reader.TokenStartIndex;
        if (isFinal || available >= _incompleteItemBytes * 2)
        {
            if (TryReadNewItem(ref reader, utf8, array) || TryReadItem(ref reader, utf8, array))
            {
                _incompleteItemBytes = 0;
                return true;
            }

            _incompleteItemBytes = available;
        }

        reader = before;
        return false;
    }

    /// <summary>
    /// Reads and parses the item at the reader's position in one pass, if it cannot be unchanged. False, with the reader at the
    /// same position, if the item may be unchanged, is invalid, or has not arrived completely.
    /// </summary>
    private bool TryReadNewItem<T>(ref Utf8JsonReader reader, ReadOnlySpan<byte> utf8, ItemArray<T> array)
        where T : class, IDataItem
    {
        if (_preparation is not { ExpectsOnlyNewItems: true })
            return false;

        var first = reader;
        try
        {
            if (array.ReadWhole(ref reader) is { } wire && IsAtEndOf(first, reader)
                && array.TryAdd(wire.Envelope, JsonBetween(utf8, first, reader), wire))
                return true;
        }
        catch (Exception exception) when (exception is FormatException or JsonException or InvalidOperationException)
        {
            // The other way to read the item finds out why.
        }

        reader = first;
        return false;
    }

    /// <summary>Reads the item at the reader's position. False if its end is not there yet.</summary>
    private bool TryReadItem<T>(ref Utf8JsonReader reader, ReadOnlySpan<byte> utf8, ItemArray<T> array)
        where T : class, IDataItem
    {
        var first = reader;
        ItemEnvelope envelope;
        try
        {
            envelope = format.ReadEnvelope(ref reader);
        }
        catch (Exception exception) when (exception is FormatException or JsonException or InvalidOperationException)
        {
            // An invalid item is skipped, and the others are read. If the JSON itself is invalid, TrySkip throws, and the
            // message is rejected.
            var start = (int)first.TokenStartIndex;
            var offset = reader.TokenStartIndex - start;
            reader = first;
            if (!reader.TrySkip())
                return false;

            _invalidItems.Add(exception is FormatException
                ? DescribeWrongType(array.Kind, JsonErrorPath.Find(utf8[start..(int)reader.BytesConsumed], offset))
                : $"a {array.Kind} with invalid text");
            return true;
        }

        if (!IsAtEndOf(first, reader))
            return false;

        if (!array.TryAdd(envelope, JsonBetween(utf8, first, reader), wire: null))
            _invalidItems.Add($"a {array.Kind} without id or {format.VersionMember}");
        return true;
    }

    /// <summary>Whether the reader is at the end of the value at whose start it was.</summary>
    private static bool IsAtEndOf(in Utf8JsonReader first, in Utf8JsonReader reader) =>
        first.TokenType != JsonTokenType.StartObject
        || (reader.TokenType == JsonTokenType.EndObject && reader.CurrentDepth == first.CurrentDepth);

    /// <summary>The JSON of an item. Only prepared items may refer to the buffer, which is used again.</summary>
    private ReadOnlyMemory<byte> JsonBetween(ReadOnlySpan<byte> utf8, in Utf8JsonReader first, in Utf8JsonReader last)
    {
        var start = (int)first.TokenStartIndex;
        var length = (int)last.BytesConsumed - start;
        return _preparation is null ? utf8.Slice(start, length).ToArray() : _buffer.AsMemory(start, length);
    }

    private DataSync? Result()
    {
        if (!string.Equals(_messageType, Wire.DataSync, StringComparison.Ordinal))
            return null;
        if (_error is not null)
            throw new ProtocolException(_error);

        var isFull = string.Equals(_eventType, Wire.Full, StringComparison.OrdinalIgnoreCase);
        if (!isFull && !string.Equals(_eventType, Wire.Patch, StringComparison.OrdinalIgnoreCase))
            throw new ProtocolException("a data-sync whose eventType is neither full nor patch");

        return _flags is null
            ? throw new ProtocolException("a data-sync without featureFlags")
            : new DataSync(isFull, _flags.Items, _segments?.Items ?? [], _invalidItems) { IsPrepared = prepareItems is not null };
    }

    /// <summary>An array of flags or segments.</summary>
    /// <param name="kind">The name of the items in messages.</param>
    /// <param name="readWhole">Reads a whole item, see <see cref="WireFormat.ReadFlag"/>.</param>
    /// <param name="compile">Compiles an item.</param>
    /// <param name="prepare">Prepares an item; null to leave the items unprepared.</param>
    private sealed class ItemArray<T>(
        string kind,
        ItemReader<IWireItem> readWhole,
        Func<IncomingItem<T>, ILogger, T> compile,
        Func<IncomingItem<T>, IncomingItem<T>>? prepare)
        where T : class, IDataItem
    {
        public string Kind => kind;

        public List<IncomingItem<T>> Items { get; } = [];

        public ItemReader<IWireItem> ReadWhole => readWhole;

        /// <summary>Adds an item. False if it has no id or no version.</summary>
        public bool TryAdd(ItemEnvelope envelope, ReadOnlyMemory<byte> json, IWireItem? wire)
        {
            if (envelope is not { Id: { Length: > 0 } id, Version: { } version })
                return false;

            var item = new IncomingItem<T>(id, version, envelope.IsArchived == true, json, compile) { Wire = wire };
            Items.Add(prepare is null ? item : prepare(item));
            return true;
        }
    }
}
