using Ffc.Sdk.Flags;
using System.Text.Json;
using Ffc.Sdk.Protocol;

namespace Ffc.DevServer.Flags;

/// <summary>Flags and segments as they are served at one moment, or what changed between two. Immutable.</summary>
internal sealed class FlagSet
{
    private readonly OrderedDictionary<string, Item> _flags;
    private readonly OrderedDictionary<string, Item> _segments;
    private byte[]? _full;

    private FlagSet(OrderedDictionary<string, Item> flags, OrderedDictionary<string, Item> segments, long version)
    {
        _flags = flags;
        _segments = segments;
        Version = version;
    }

    /// <summary>The set before the first: nothing, and no version up to this one will do for an item.</summary>
    public static FlagSet Before(long version) => new([], [], version);

    /// <summary>Not below the version of anything that was ever served, removed items included.</summary>
    public long Version { get; }

    public int Count => _flags.Count + _segments.Count;

    public int FlagCount => _flags.Values.Count(flag => !flag.IsArchived);

    public IEnumerable<string> FlagIds => _flags.Keys;

    /// <summary>The set that follows this one once the file reads so, and what a client of this one must be told.</summary>
    /// <param name="file">What the file holds now.</param>
    /// <param name="time">
    /// Unix milliseconds: the version of items that changed without a newer time stamp of their own. It must be newer than
    /// all that was served, not only than the item: else a client that asks for what it missed would not be told.
    /// </param>
    public (FlagSet Next, FlagSet Changes) Follow(DataSync file, long time)
    {
        var fresh = Math.Max(time, Version + 1);
        var (flags, changedFlags) = Merge(_flags, file.Flags, fresh);
        var (segments, changedSegments) = Merge(_segments, file.Segments, fresh);
        var version = changedFlags.Values.Concat(changedSegments.Values).Select(item => item.Version).Append(Version).Max();
        return (new FlagSet(flags, segments, version), new FlagSet(changedFlags, changedSegments, version));
    }

    public byte[] ToFull() => _full ??= ToMessage(Wire.Full, long.MinValue);

    public byte[] ToPatch(long newerThan = long.MinValue) => ToMessage(Wire.Patch, newerThan);

    private (OrderedDictionary<string, Item> Items, OrderedDictionary<string, Item> Changes) Merge<T>(
        OrderedDictionary<string, Item> served, IEnumerable<IncomingItem<T>> file, long fresh)
        where T : class, IDataItem
    {
        var items = new OrderedDictionary<string, Item>();
        var changes = new OrderedDictionary<string, Item>();
        foreach (var wire in file)
        {
            var before = served.GetValueOrDefault(wire.Id);
            if (before is not null && before.Source.Span.SequenceEqual(wire.Json.Span))
            {
                items.Add(wire.Id, before);
                continue;
            }

            var item = wire.Version > Version
                ? new Item(wire.Version, wire.IsArchived, wire.Json, wire.Json)
                : new Item(fresh, wire.IsArchived, wire.Json, Rewrite(wire.Json, fresh, archive: false));
            items.Add(wire.Id, item);
            changes.Add(wire.Id, item);
        }

        foreach (var (id, gone) in served.Where(item => !items.ContainsKey(item.Key)))
            changes.Add(id, new Item(fresh, true, gone.Source, Rewrite(gone.Source, fresh, archive: true)));

        return (items, changes);
    }

    private static byte[] Rewrite(ReadOnlyMemory<byte> json, long version, bool archive)
    {
        using var document = JsonDocument.Parse(json);
        return CompactJson.Write(writer =>
        {
            writer.WriteStartObject();
            foreach (var member in document.RootElement.EnumerateObject())
            {
                if (!Is(member, "timestamp") && !(archive && Is(member, "isArchived")))
                    member.WriteTo(writer);
            }

            if (archive)
                writer.WriteBoolean("isArchived", true);
            writer.WriteNumber("timestamp", version);
            writer.WriteEndObject();
        });

        static bool Is(JsonProperty member, string name) => string.Equals(member.Name, name, StringComparison.OrdinalIgnoreCase);
    }

    private byte[] ToMessage(string eventType, long newerThan) => CompactJson.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("messageType", Wire.DataSync);
        writer.WriteStartObject("data");
        writer.WriteString("eventType", eventType);
        WriteItems(writer, "featureFlags", _flags.Values, newerThan);
        WriteItems(writer, "segments", _segments.Values, newerThan);
        writer.WriteEndObject();
        writer.WriteEndObject();
    });

    private static void WriteItems(Utf8JsonWriter writer, string name, IEnumerable<Item> items, long newerThan)
    {
        writer.WriteStartArray(name);
        foreach (var item in items.Where(item => item.Version > newerThan))
            writer.WriteRawValue(item.Json.Span, skipInputValidation: true);
        writer.WriteEndArray();
    }

    /// <summary>A flag or segment as the file has it (<c>Source</c>) and as it is served (<c>Json</c>).</summary>
    private sealed record Item(long Version, bool IsArchived, ReadOnlyMemory<byte> Source, ReadOnlyMemory<byte> Json);
}
