using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Ffc.DevServer.Json;
using Ffc.Sdk.Flags;

namespace Ffc.DevServer.Flags;

/// <summary>The content of a flags file: its flags and segments, and the positions of the flags in its text. Immutable.</summary>
internal sealed class FlagsDocument
{
    private readonly FlagsFileParser _parser;
    private readonly ReadOnlyMemory<byte> _text;
    private readonly bool _isMessage;
    private readonly JsonContainer _container;
    private readonly Dictionary<string, FlagEntry> _byKey = new(StringComparer.Ordinal);

    private FlagsDocument(
        ReadOnlyMemory<byte> file, ReadOnlyMemory<byte> text, ParsedFlagsFile parsed, FlagsFileParser parser)
    {
        File = file;
        Data = parsed.Data;
        _text = text;
        _parser = parser;
        _isMessage = parsed.IsMessage;
        _container = FindFlags();
        var spans = _container.Items.Index().Where(item => _isMessage || FlagsFileParser.IsFlag(item.Item.Name!));
        Flags = [.. spans.Zip(parsed.Data.Flags, (span, flag) => new FlagEntry(
            span.Item.Name ?? parser.KeyOf(flag), JsonTextEditor.Extract(text.Span, span.Item), span.Index, span.Item, flag))];
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
        return new FlagsDocument(file, text, parser.Parse(text), parser);
    }

    /// <summary>Parses another content of the same file.</summary>
    /// <inheritdoc cref="Parse"/>
    public FlagsDocument With(ReadOnlyMemory<byte> file) => Parse(file, _parser);

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
        var item = _isMessage ? value : $"\"{JsonEncodedText.Encode(key, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\": {value}";
        return WithMark(JsonTextEditor.Append(_text.Span, _container, item));
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
            parent = JsonContainer.Read(_text.Span, parent.Find(name)!.Value.Start);
        return parent.Find(path[^1]) is { } member
            ? SetValue(member, isOn ? on : off)
            : WithMark(JsonTextEditor.Append(_text.Span, parent, $"\"{path[^1]}\": {(isOn ? on : off)}"));
    }

    private byte[] SetValue(JsonSpan span, string json) =>
        WithMark(JsonTextEditor.Splice(_text.Span, span.Start, span.End, Encoding.UTF8.GetBytes(json)));

    private JsonContainer FindFlags()
    {
        var root = JsonContainer.Read(_text.Span, 0);
        if (!_isMessage)
            return root;
        var data = JsonContainer.Read(_text.Span, root.Find("data")!.Value.Start);
        return JsonContainer.Read(_text.Span, data.Find("featureFlags")!.Value.Start);
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
