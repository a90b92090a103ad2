using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Ffc.DevServer.Json;
using Ffc.Sdk.Flags;

namespace Ffc.DevServer.Flags;

/// <summary>The content of a flags file: its flags and segments, and the positions of the flags in its text. Immutable.</summary>
internal sealed class FlagsDocument
{
    // Texts are compared in blocks of this size, and at the end byte by byte.
    private const int Block = 1024;

    private readonly FlagsFileParser _parser;
    private readonly ReadOnlyMemory<byte> _text;
    private readonly bool _isMessage;
    private readonly JsonContainer _container;
    private readonly Dictionary<string, FlagEntry> _byKey = new(StringComparer.Ordinal);

    private FlagsDocument(
        ReadOnlyMemory<byte> file,
        ReadOnlyMemory<byte> text,
        ParsedFlagsFile parsed,
        JsonContainer container,
        IReadOnlyList<FlagEntry> flags,
        FlagsFileParser parser)
    {
        File = file;
        Data = parsed.Data;
        Flags = flags;
        _text = text;
        _parser = parser;
        _isMessage = parsed.IsMessage;
        _container = container;
        foreach (var flag in Flags.Where(flag => !flag.Item.IsArchived))
            _byKey.TryAdd(flag.Key, flag);
    }

    /// <summary>The content of the file.</summary>
    public ReadOnlyMemory<byte> File { get; }

    public DataSync Data { get; }

    public IReadOnlyList<FlagEntry> Flags { get; }

    /// <summary>Parses a flags file.</summary>
    /// <exception cref="InvalidDataException">
    /// The file or one of its items is invalid. The message names each item and shows what is expected.
    /// </exception>
    public static FlagsDocument Parse(ReadOnlyMemory<byte> file, FlagsFileParser parser)
    {
        var mark = Encoding.UTF8.Preamble;
        var text = file.Span.StartsWith(mark) ? file[mark.Length..] : file;
        var parsed = parser.Parse(text);
        var container = FindFlags(text.Span, parsed.IsMessage);
        var spans = container.Items.Index().Where(item => parsed.IsMessage || FlagsFileParser.IsFlag(item.Item.Name!));
        return new FlagsDocument(
            file,
            text,
            parsed,
            container,
            [.. spans.Zip(parsed.Data.Flags, (span, flag) => Entry(text.Span, span.Index, span.Item, flag, parser))],
            parser);
    }

    /// <summary>Parses another content of the same file.</summary>
    /// <inheritdoc cref="Parse"/>
    public FlagsDocument With(ReadOnlyMemory<byte> file) => TryReplaceOne(file) ?? Parse(file, _parser);

    /// <summary>Returns the flag with a key that is not archived; null if there is none.</summary>
    public FlagEntry? Find(string key) => _byKey.GetValueOrDefault(key);

    /// <summary>Returns the content of the file with another JSON for a flag.</summary>
    /// <exception cref="InvalidDataException">The JSON is invalid.</exception>
    public byte[] Replace(FlagEntry flag, string json) =>
        WithMark(JsonTextEditor.Replace(_text.Span, flag.Span, ToFileForm(flag.Key, flag.Item.Id, json)));

    /// <summary>Returns the content of the file with one more flag at the end.</summary>
    /// <exception cref="InvalidDataException">The JSON is invalid.</exception>
    public byte[] Add(string key, string json)
    {
        var value = ToFileForm(key, id: null, json);
        var name = JsonEncodedText.Encode(key, JavaScriptEncoder.UnsafeRelaxedJsonEscaping);
        return WithMark(JsonTextEditor.Append(_text.Span, _container, _isMessage ? value : $"\"{name}\": {value}"));
    }

    /// <summary>Returns the content of the file without a flag.</summary>
    public byte[] Remove(FlagEntry flag) => WithMark(JsonTextEditor.Remove(_text.Span, _container, flag.Index));

    /// <summary>Returns the content of the file with a flag that is on or off.</summary>
    public byte[] Toggle(FlagEntry flag, bool isOn)
    {
        using var json = FlagsFileParser.ParseJson(_text[flag.Span.Value]);
        if (json.RootElement.ValueKind is JsonValueKind.True or JsonValueKind.False)
            return SetValue(flag.Span, isOn ? "true" : "false");
        if (json.RootElement.ValueKind != JsonValueKind.Object)
            return isOn ? File.ToArray() : SetValue(flag.Span, $$"""{ "value": {{flag.Json}}, "on": false }""");

        var (path, on, off) = _parser.StateMemberOf(json.RootElement);
        var parent = JsonContainer.Read(_text.Span, flag.Span.Start);
        foreach (var name in path.AsSpan()[..^1])
        {
            parent = parent.Find(name) is { } inner
                ? JsonContainer.Read(_text.Span, inner.Start)
                : throw new InvalidDataException($"The flag {flag.Key} has no {name}.");
        }

        return parent.Find(path[^1]) is { } member
            ? SetValue(member, isOn ? on : off)
            : WithMark(JsonTextEditor.Append(_text.Span, parent, $"\"{path[^1]}\": {(isOn ? on : off)}"));
    }

    private byte[] SetValue(JsonSpan span, string json) =>
        WithMark(JsonTextEditor.Splice(_text.Span, span.Start, span.End, Encoding.UTF8.GetBytes(json)));

    private static JsonContainer FindFlags(ReadOnlySpan<byte> text, bool isMessage)
    {
        var root = JsonContainer.Read(text, 0);
        if (!isMessage)
            return root;
        var data = JsonContainer.Read(text, root.Find("data")!.Value.Start);
        return JsonContainer.Read(text, data.Find("featureFlags")!.Value.Start);
    }

    private static FlagEntry Entry(
        ReadOnlySpan<byte> text, int index, JsonSpan span, IncomingItem<Flag> item, FlagsFileParser parser) =>
        new(span.Name ?? parser.KeyOf(item), JsonTextEditor.Extract(text, span), index, span, item);

    /// <summary>
    /// Parses only the flag whose text has changed. Null if more has changed, or if the flag is invalid. With 1,000 flags, it
    /// takes a small part of the time of a complete parse, so that an edit reaches the clients at once.
    /// </summary>
    private FlagsDocument? TryReplaceOne(ReadOnlyMemory<byte> file)
    {
        var mark = File.Length - _text.Length;
        if (file.Length < mark || !file.Span[..mark].SequenceEqual(File.Span[..mark]))
            return null;

        var text = file[mark..];

        // A flag in the short form may depend on the variations of the changed flag.
        if (!_isMessage && text.Span.IndexOf("\"requires\""u8) >= 0)
            return null;

        var (same, sameAtEnd) = CompareEnds(_text.Span, text.Span);
        var grown = text.Length - _text.Length;
        var index = Flags.Index().FirstOrDefault(
            flag => same >= flag.Item.Span.Start && _text.Length - sameAtEnd <= flag.Item.Span.End, (-1, null!)).Index;
        if (index < 0)
            return null;

        var old = Flags[index];
        var span = old.Span with { End = old.Span.End + grown };
        if (_parser.TryParseFlag(span.Name, text[span.Value], _isMessage) is not { } item)
            return null;

        var entry = Entry(text.Span, old.Index, span, item, _parser);
        if (Flags.Any(flag => flag != old && (flag.Item.Id == item.Id || flag.Key == entry.Key)))
            return null;

        return new FlagsDocument(
            file,
            text,
            new ParsedFlagsFile(Data with { Flags = [.. Data.Flags.Select((flag, i) => i == index ? item : flag)] }, _isMessage),
            _container with
            {
                End = _container.End + grown,
                Items =
                [
                    .. _container.Items.Select((other, i) => i == old.Index ? span : Move(other, i > old.Index ? grown : 0)),
                ],
            },
            [.. Flags.Select((flag, i) => i == index ? entry : flag with { Span = Move(flag.Span, i > index ? grown : 0) })],
            _parser);
    }

    private static JsonSpan Move(JsonSpan span, int by) =>
        span with { MemberStart = span.MemberStart + by, Start = span.Start + by, End = span.End + by };

    // The lengths of the equal start and of the equal end, which do not overlap.
    private static (int Start, int End) CompareEnds(ReadOnlySpan<byte> before, ReadOnlySpan<byte> after)
    {
        var start = before.CommonPrefixLength(after);
        var max = Math.Min(before.Length, after.Length) - start;
        var end = 0;
        while (end + Block <= max && before[^(end + Block)..^end].SequenceEqual(after[^(end + Block)..^end]))
            end += Block;
        while (end < max && before[^(end + 1)] == after[^(end + 1)])
            end++;
        return (start, end);
    }

    // Comments before and after the value are not part of it: a comment to the end of the line would hide the next comma.
    private string ToFileForm(string key, string? id, string json)
    {
        var utf8 = Encoding.UTF8.GetBytes(json);
        try
        {
            FlagsFileParser.ParseJson(utf8).Dispose();
            var value = JsonContainer.Read(utf8, 0);
            var text = Encoding.UTF8.GetString(utf8.AsSpan()[value.Start..value.End]);
            return _isMessage ? _parser.ToServerForm(key, id, text, Flags) : text;
        }
        catch (FormatException exception)
        {
            throw new InvalidDataException($"flag {key}: {exception.Message}");
        }
    }

    private byte[] WithMark(byte[] text) => [.. File.Span[..(File.Length - _text.Length)], .. text];
}
