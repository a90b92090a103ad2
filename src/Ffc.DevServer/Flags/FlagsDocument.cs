using System.Text;
using Ffc.DevServer.Json;
using Ffc.DevServer.Servers;
using Ffc.Sdk.Flags;

namespace Ffc.DevServer.Flags;

/// <summary>The content of a flags file: its flags and segments, and the positions of the flags in its text. Immutable.</summary>
internal sealed class FlagsDocument
{
    private readonly DevProtocol _protocol;
    private readonly ReadOnlyMemory<byte> _text;
    private readonly JsonContainer _container;
    private readonly Dictionary<string, FlagEntry> _byKey = new(StringComparer.Ordinal);

    private FlagsDocument(ReadOnlyMemory<byte> file, ReadOnlyMemory<byte> text, DataSync data, DevProtocol protocol)
    {
        File = file;
        Data = data;
        _text = text;
        _protocol = protocol;
        _container = FindFlags(text.Span);
        Flags = [.. data.Flags.Select(Entry)];
        foreach (var flag in Flags.Where(flag => !flag.Item.IsArchived))
            _byKey.TryAdd(flag.Key, flag);
    }

    /// <summary>The content of the file.</summary>
    public ReadOnlyMemory<byte> File { get; }

    public DataSync Data { get; }

    public IReadOnlyList<FlagEntry> Flags { get; }

    /// <summary>Parses a flags file.</summary>
    /// <exception cref="InvalidDataException">The file or one of its items is invalid. The message states the reason.</exception>
    public static FlagsDocument Parse(ReadOnlyMemory<byte> file, DevProtocol protocol)
    {
        var mark = Encoding.UTF8.Preamble;
        var text = file.Span.StartsWith(mark) ? file[mark.Length..] : file;
        return new FlagsDocument(file, text, FlagsFileParser.Parse(text, protocol), protocol);
    }

    /// <summary>Returns the flag with a key that is not archived; null if there is none.</summary>
    public FlagEntry? Find(string key) => _byKey.GetValueOrDefault(key);

    /// <summary>Returns the content of the file with another JSON for a flag.</summary>
    public byte[] Replace(FlagEntry flag, string json) => WithMark(JsonTextEditor.Replace(_text.Span, flag.Span, json));

    /// <summary>Returns the content of the file with one more flag at the end.</summary>
    public byte[] Add(string json) => WithMark(JsonTextEditor.Append(_text.Span, _container, json));

    /// <summary>Returns the content of the file without a flag.</summary>
    public byte[] Remove(FlagEntry flag) => WithMark(JsonTextEditor.Remove(_text.Span, _container, flag.Index));

    /// <summary>Returns the content of the file with a flag that is on or off.</summary>
    public byte[] Toggle(FlagEntry flag, bool isOn)
    {
        var (path, on, off) = _protocol.StateMember;
        var json = isOn ? on : off;
        var parent = JsonContainer.Read(_text.Span, flag.Span.Start);
        foreach (var name in path.AsSpan()[..^1])
            parent = JsonContainer.Read(_text.Span, parent.Find(name)!.Value.Start);
        return WithMark(parent.Find(path[^1]) is { } member
            ? JsonTextEditor.Splice(_text.Span, member.Start, member.End, Encoding.UTF8.GetBytes(json))
            : JsonTextEditor.Append(_text.Span, parent, $"\"{path[^1]}\": {json}"));
    }

    private static JsonContainer FindFlags(ReadOnlySpan<byte> text)
    {
        var root = JsonContainer.Read(text, 0);
        var data = JsonContainer.Read(text, root.Find("data")!.Value.Start);
        return JsonContainer.Read(text, data.Find("featureFlags")!.Value.Start);
    }

    private FlagEntry Entry(IncomingItem<Flag> item, int index)
    {
        var span = _container.Items[index];
        var key = _protocol.ReadKey(item) is { Length: > 0 } named ? named : item.Id;
        return new FlagEntry(key, JsonTextEditor.Extract(_text.Span, span), index, span, item);
    }

    private byte[] WithMark(byte[] text) => [.. File.Span[..(File.Length - _text.Length)], .. text];
}
