using System.Text.Json;
using Ffc.DevServer.Json;
using Ffc.DevServer.Servers;
using Ffc.Sdk.Flags;
using Ffc.Sdk.Protocol;

namespace Ffc.DevServer.Flags;

/// <summary>The flags and segments that are served at one time, or the changes between two such sets. Immutable.</summary>
internal sealed class FlagSet
{
    private readonly DevProtocol _protocol;
    private readonly OrderedDictionary<string, Item> _flags;
    private readonly OrderedDictionary<string, Item> _segments;
    private byte[]? _full;

    private FlagSet(
        DevProtocol protocol, OrderedDictionary<string, Item> flags, OrderedDictionary<string, Item> segments, long version)
    {
        _protocol = protocol;
        _flags = flags;
        _segments = segments;
        Version = version;
    }

    /// <summary>The highest version that was served, including the versions of removed items.</summary>
    public long Version { get; }

    public int Count => _flags.Count + _segments.Count;

    public int FlagCount => _flags.Values.Count(flag => !flag.IsArchived);

    public IEnumerable<string> FlagIds => _flags.Keys;

    /// <summary>The version of a flag that is served; null if there is no flag with this id.</summary>
    public long? VersionOf(string flagId) => _flags.GetValueOrDefault(flagId)?.Version;

    /// <summary>Creates an empty set. Items that are added later get a version above the given one.</summary>
    public static FlagSet Empty(DevProtocol protocol, long version) => new(protocol, [], [], version);

    /// <summary>Returns the set that replaces this one when the file changes, and the changes for clients of this one.</summary>
    /// <param name="file">The new content of the file.</param>
    /// <param name="timestamp">
    /// Unix time in milliseconds: the version of changed items that have no newer timestamp in the file. It is raised above <see
    /// cref="Version"/>, because a reconnecting client requests only items that are newer than the highest version it has
    /// received.
    /// </param>
    public (FlagSet Next, FlagSet Changes) Update(DataSync file, long timestamp)
    {
        var newVersion = Math.Max(timestamp, Version + 1);
        var (flags, changedFlags) = Merge(_flags, file.Flags, newVersion);
        var (segments, changedSegments) = Merge(_segments, file.Segments, newVersion);
        var version = changedFlags.Values.Concat(changedSegments.Values).Select(item => item.Version).Append(Version).Max();
        return (
            new FlagSet(_protocol, flags, segments, version),
            new FlagSet(_protocol, changedFlags, changedSegments, version));
    }

    public byte[] ToFull() => _full ??= ToMessage(Wire.Full, long.MinValue);

    public byte[] ToPatch(long newerThan = long.MinValue) => ToMessage(Wire.Patch, newerThan);

    private (OrderedDictionary<string, Item> Items, OrderedDictionary<string, Item> Changes) Merge<T>(
        OrderedDictionary<string, Item> served, IEnumerable<IncomingItem<T>> file, long newVersion)
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
                : new Item(newVersion, wire.IsArchived, wire.Json, WithVersion(wire.Json, newVersion, archive: false));
            items.Add(wire.Id, item);
            changes.Add(wire.Id, item);
        }

        foreach (var (id, removed) in served.Where(item => !items.ContainsKey(item.Key)))
            changes.Add(id, new Item(newVersion, true, removed.Source, WithVersion(removed.Source, newVersion, archive: true)));

        return (items, changes);
    }

    private byte[] WithVersion(ReadOnlyMemory<byte> json, long version, bool archive)
    {
        using var document = JsonDocument.Parse(json);
        return CompactJson.Write(writer =>
        {
            writer.WriteStartObject();
            foreach (var member in document.RootElement.EnumerateObject())
            {
                if (!Is(member, _protocol.Format.VersionMember) && !(archive && Is(member, "isArchived")))
                    member.WriteTo(writer);
            }

            if (archive)
                writer.WriteBoolean("isArchived", true);
            _protocol.WriteVersion(writer, version);
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

    /// <summary>A flag or segment as it is in the file (<c>Source</c>) and as it is served (<c>Json</c>).</summary>
    private sealed record Item(long Version, bool IsArchived, ReadOnlyMemory<byte> Source, ReadOnlyMemory<byte> Json);
}
