using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Ffc.DevServer.Flags.Short;
using Ffc.DevServer.Insights;
using Ffc.DevServer.Json;
using Ffc.DevServer.Servers;
using Ffc.Sdk.Flags;
using Ffc.Sdk.Protocol;

namespace Ffc.DevServer.Flags;

/// <summary>
/// Parses a flags file, which may contain comments and trailing commas. The file is a full data-sync message, or an object with a
/// member for each flag, in the short form or in the form of the server.
/// </summary>
/// <param name="protocol">The protocol of the server.</param>
/// <param name="flagIdPrefix">The prefix of the ids of flags of the short form.</param>
internal sealed partial class FlagsFileParser(DevProtocol protocol, string flagIdPrefix)
{
    public const string Ffc = "ffc";
    public const string FeatBit = "featbit";

    /// <summary>
    /// The highest version in a file: the start of the year 9999 in Unix milliseconds. The server raises versions, and each one
    /// must be a time.
    /// </summary>
    public const long MaxVersion = 253_370_764_800_000;

    private const string Server = "$server";
    private const string Segments = "$segments";
    private const string FlagKind = "flag";
    private const string SegmentKind = "segment";

    private static readonly JsonDocumentOptions Options = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        AllowDuplicateProperties = false,
    };

    /// <summary>Finds the flags that are not in the file, such as those of a mirrored environment. None by default.</summary>
    public Func<string, Flag?> FindElsewhere { get; init; } = _ => null;

    /// <summary>Parses the JSON of a flags file, or of one of its flags.</summary>
    /// <exception cref="FormatException">The JSON is invalid.</exception>
    public static JsonDocument ParseJson(ReadOnlyMemory<byte> utf8) => StrictJson.Parse(utf8, Options);

    /// <summary>Whether a member of a file in the short form is a flag.</summary>
    public static bool IsFlag(string member) => !member.StartsWith('$');

    /// <summary>Whether a file is a message, as the server sends it.</summary>
    public static bool IsMessage(JsonElement root) =>
        root.ValueKind != JsonValueKind.Object
        || root.EnumerateObject().Any(member => string.Equals(member.Name, "messageType", StringComparison.OrdinalIgnoreCase))
        || (root.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Object
            && data.TryGetProperty("featureFlags", out _));

    /// <summary>The server of a file in the short form; null if neither <c>$server</c> nor a flag determines it.</summary>
    public static string? FindServer(JsonElement root) =>
        root.TryGetProperty(Server, out var server) && server.ValueKind == JsonValueKind.String
            ? server.GetString()
            : root.EnumerateObject().Where(member => IsFlag(member.Name)).Select(member => ServerOf(member.Value))
                .FirstOrDefault(name => name is not null);

    /// <summary>Parses a flags file.</summary>
    /// <exception cref="InvalidDataException">
    /// The file or one of its items is invalid. The message names each item and shows what is expected.
    /// </exception>
    public ParsedFlagsFile Parse(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            using var document = ParseJson(utf8);
            var root = document.RootElement;
            return IsMessage(root)
                ? new ParsedFlagsFile(ReadMessage(root), IsMessage: true)
                : new ParsedFlagsFile(ReadMembers(root), IsMessage: false);
        }
        catch (Exception exception) when (exception is FormatException or ProtocolException)
        {
            throw new InvalidDataException(exception.Message);
        }
    }

    /// <summary>Parses the text of one flag.</summary>
    /// <param name="key">The name of the member; null in a message.</param>
    /// <param name="utf8">The text.</param>
    /// <param name="isMessage">Whether the file is a message.</param>
    /// <returns>The flag; null if it is invalid, or if it refers to other flags of the file.</returns>
    public IncomingItem<Flag>? TryParseFlag(string? key, ReadOnlyMemory<byte> utf8, bool isMessage)
    {
        try
        {
            using var document = ParseJson(utf8);
            var json = document.RootElement;
            var value = JsonContainer.Read(utf8.Span, 0);

            // A comment at the end could hide the comma after the flag.
            if (value.Start != 0 || value.End != utf8.Length)
                return null;

            if (isMessage)
                CheckNames(json);
            var data = isMessage
                ? ReadItems("featureFlags", json)
                : protocol.Format.ReadMessage(WriteMessage(writer =>
                {
                    writer.WriteStartArray("featureFlags");
                    WriteFlag(writer, CreateShortParser(_ => null), key!, json);
                    writer.WriteEndArray();
                }))!;
            return data.InvalidItems.Count == 0 ? Check(data).Flags[0] : null;
        }
        catch (Exception exception) when (exception is FormatException or ProtocolException)
        {
            return null;
        }
    }

    /// <summary>The key of a flag; the id if it has no key.</summary>
    public string KeyOf(IncomingItem<Flag> flag) => protocol.ReadKey(flag) is { Length: > 0 } key ? key : flag.Id;

    /// <summary>The path of the member that turns a flag on or off, and its JSON for each state.</summary>
    public (string[] Path, string On, string Off) StateMemberOf(JsonElement flag) =>
        ServerOf(flag) is null ? (["on"], "true", "false") : protocol.StateMember;

    /// <summary>
    /// Returns the JSON of a flag in the form of the server, for a file that is a message. JSON that already has this form is
    /// returned as it is.
    /// </summary>
    /// <param name="key">The key of the flag.</param>
    /// <param name="id">The id; null for a new flag.</param>
    /// <param name="json">The JSON.</param>
    /// <param name="file">The other flags of the file.</param>
    /// <exception cref="FormatException">The JSON is invalid.</exception>
    public string ToServerForm(string key, string? id, string json, IReadOnlyList<FlagEntry> file)
    {
        using var document = ParseJson(Encoding.UTF8.GetBytes(json));
        var root = document.RootElement;
        if (ServerOf(root) is not null)
            return json;

        var flag = CreateShortParser(FindInMessage).Parse(key, id ?? IdOf(key), root);
        return ReadableJson.Write(writer => protocol.Write(writer, flag));

        (string, IReadOnlyList<VariationView>)? FindInMessage(string other)
        {
            if (file.FirstOrDefault(entry => entry.Key == other && !entry.Item.IsArchived) is not { } entry)
                return FindOutside(other);
            using var found = JsonDocument.Parse(entry.Item.Json);
            return (entry.Item.Id, [.. protocol.ReadVariations(found.RootElement)]);
        }
    }

    private static string? ServerOf(JsonElement flag) =>
        flag.ValueKind != JsonValueKind.Object ? null
        : flag.TryGetProperty("ff", out _) || flag.TryGetProperty("variationOptions", out _) ? Ffc
        : flag.TryGetProperty("fallthrough", out _) || flag.TryGetProperty("variationType", out _) ? FeatBit
        : null;

    private static string? FindDuplicate(IEnumerable<string> ids, StringComparer? comparer = null)
    {
        var seen = new HashSet<string>(comparer ?? StringComparer.Ordinal);
        return ids.FirstOrDefault(id => !seen.Add(id));
    }

    private static void ThrowIfAny(IReadOnlyCollection<string> errors)
    {
        if (errors.Count > 0)
            throw new FormatException(string.Join("; ", errors));
    }

    private static string? FindError(Action read)
    {
        try
        {
            read();
            return null;
        }
        catch (FormatException exception)
        {
            return exception.Message;
        }
    }

    // The wording of the client is about items of a message.
    private static string Describe(string kind, string name, string error)
    {
        var text = error
            .Replace($"a {kind} without ", "it has no ", StringComparison.Ordinal)
            .Replace($"a {kind} whose ", "its ", StringComparison.Ordinal)
            .Replace($"a {kind} that ", "it ", StringComparison.Ordinal);
        var expected = WrongType().Match(text) is { Success: true } match ? ExpectedTypes.Find(match.Groups["path"].Value) : null;
        return $"{kind} {name}: {text}{(expected is null ? "" : $"; expected {expected}")}";
    }

    [GeneratedRegex("^its (?<path>.+) has the wrong type$", RegexOptions.ExplicitCapture)]
    private static partial Regex WrongType();

    private ShortFlagParser CreateShortParser(Func<string, (string, IReadOnlyList<VariationView>)?> find) => new(key =>
        protocol.HasPrerequisites
            ? find(key)
            : throw new FormatException($"\"requires\" is not possible: {protocol.Name} has no prerequisites"));

    private string IdOf(string key) => FindElsewhere(key)?.Id ?? flagIdPrefix + key;

    private (string, IReadOnlyList<VariationView>)? FindOutside(string key)
    {
        if (FindElsewhere(key) is not { } flag)
            return null;
        using var document = JsonDocument.Parse(flag.Content.ReadJson());
        return (flag.Id, [.. protocol.ReadVariations(document.RootElement)]);
    }

    private DataSync ReadMessage(JsonElement root)
    {
        var data = protocol.Format.ReadMessage(CompactJson.Write(root.WriteTo))
            ?? throw new FormatException($"messageType must be \"{Wire.DataSync}\"");
        if (!data.IsFull)
            throw new FormatException($"eventType must be \"{Wire.Full}\"");

        ThrowIfAny([.. FindRepeatedNames(root)]);
        if (data.InvalidItems.Count > 0)
            ThrowIfAny([.. FindInvalidItems(root, "featureFlags", FlagKind), .. FindInvalidItems(root, "segments", SegmentKind)]);
        ThrowIfAny(data.InvalidItems);
        return Check(data);
    }

    // The flags are named one by one, because a message does not say which of its items is invalid.
    private IEnumerable<string> FindInvalidItems(JsonElement root, string list, string kind) =>
        from item in Items(root, list)
        from error in ReadItems(list, item.Json).InvalidItems
        select Describe(kind, NameOf(item.Json) ?? $"{item.Number} of {list}", error);

    private static IEnumerable<string> FindRepeatedNames(JsonElement root)
    {
        foreach (var element in (JsonElement[])[root, .. Members(root, "data")])
        {
            var names = element.EnumerateObject().Select(member => member.Name);
            if (FindDuplicate(names, StringComparer.OrdinalIgnoreCase) is { } name)
                return [$"the member {name} occurs twice, because the case of names does not matter"];
        }

        return
            from kind in (string[])[FlagKind, SegmentKind]
            from item in Items(root, kind == FlagKind ? "featureFlags" : "segments")
            let error = FindError(() => CheckNames(item.Json))
            where error is not null
            select $"{kind} {NameOf(item.Json) ?? $"{item.Number}"}: {error}";
    }

    private static IEnumerable<(JsonElement Json, int Number)> Items(JsonElement root, string list) =>
        from data in Members(root, "data")
        from items in Members(data, list)
        where items.ValueKind == JsonValueKind.Array
        from item in items.EnumerateArray().Select((json, i) => (json, i + 1))
        select item;

    private static IEnumerable<JsonElement> Members(JsonElement json, string name) =>
        from member in json.EnumerateObject()
        where string.Equals(member.Name, name, StringComparison.OrdinalIgnoreCase)
        select member.Value;

    private DataSync ReadItems(string list, JsonElement item) => protocol.Format.ReadMessage(WriteMessage(writer =>
    {
        writer.WriteStartArray(list);
        item.WriteTo(writer);
        writer.WriteEndArray();
        if (list == "segments")
        {
            writer.WriteStartArray("featureFlags");
            writer.WriteEndArray();
        }
    }))!;

    private static byte[] WriteMessage(Action<Utf8JsonWriter> writeLists) => CompactJson.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("messageType", Wire.DataSync);
        writer.WriteStartObject("data");
        writer.WriteString("eventType", Wire.Full);
        writeLists(writer);
        writer.WriteEndObject();
        writer.WriteEndObject();
    });

    private static string? NameOf(JsonElement item)
    {
        if (item.ValueKind != JsonValueKind.Object)
            return null;
        string[] names = [JsonView.Text(item, "ff", "keyName"), JsonView.Text(item, "key"), JsonView.Text(item, "id")];
        return Array.Find(names, name => name.Length > 0);
    }

    private DataSync ReadMembers(JsonElement root)
    {
        CheckServer(root);
        var errors = new List<string>();
        var flags = root.EnumerateObject().Where(member => IsFlag(member.Name)).ToArray();
        var parser = CreateShortParser(key => FindMember(root, key) ?? FindOutside(key));
        var message = WriteMessage(writer =>
        {
            writer.WriteStartArray("featureFlags");
            foreach (var flag in flags)
                AddError(FlagKind, flag.Name, () => WriteFlag(writer, parser, flag.Name, flag.Value));
            writer.WriteEndArray();
            writer.WriteStartArray("segments");
            if (root.TryGetProperty(Segments, out var segments))
            {
                if (segments.ValueKind != JsonValueKind.Object)
                    throw new FormatException($"{Segments} must be an object, such as {{ \"beta\": [\"user-1\"] }}");
                foreach (var segment in segments.EnumerateObject())
                {
                    AddError(SegmentKind, segment.Name, () =>
                        protocol.Write(writer, ShortFlagParser.ParseSegment(segment.Name, segment.Value)));
                }
            }

            writer.WriteEndArray();
        });
        ThrowIfAny(errors);

        var data = protocol.Format.ReadMessage(message)!;
        if (data.InvalidItems.Count > 0)
        {
            ThrowIfAny(
            [
                .. from flag in flags
                   where ServerOf(flag.Value) is not null
                   from error in ReadItems("featureFlags", flag.Value).InvalidItems
                   select Describe(FlagKind, flag.Name, error),
            ]);
        }

        return Check(data);

        void AddError(string kind, string name, Action write)
        {
            if (FindError(write) is { } error)
                errors.Add($"{kind} {name}: {error}");
        }
    }

    private void CheckServer(JsonElement root)
    {
        foreach (var member in root.EnumerateObject().Where(member => !IsFlag(member.Name)))
        {
            if (member.Name is not (Server or Segments or "$schema"))
                throw new FormatException($"the member {member.Name} is unknown: expected $schema, {Server} or {Segments}");
        }

        if (!root.TryGetProperty(Server, out var server))
            return;
        if (server.ValueKind != JsonValueKind.String || server.GetString() is not (Ffc or FeatBit))
            throw new FormatException($"{Server} must be \"{Ffc}\" or \"{FeatBit}\"");
        if (server.GetString() != protocol.FileServer)
            throw new FormatException($"{Server} is {server.GetString()}, but the server is {protocol.Name}; restart it");
    }

    private void WriteFlag(Utf8JsonWriter writer, ShortFlagParser parser, string key, JsonElement json)
    {
        if (ServerOf(json) is not { } server)
        {
            protocol.Write(writer, parser.Parse(key, IdOf(key), json));
            return;
        }

        if (server != protocol.FileServer)
            throw new FormatException($"it has the form of another server; add \"{Server}\": \"{server}\" to the file");
        var name = server == Ffc ? JsonView.Text(json, "ff", "keyName") : JsonView.Text(json, "key");
        if (name != key)
            throw new FormatException($"its {(server == Ffc ? "ff.keyName" : "key")} is \"{name}\"; expected \"{key}\"");
        CheckNames(json);
        json.WriteTo(writer);
    }

    // Clients ignore the case of names, so of two members it is not clear which one counts.
    private static void CheckNames(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in json.EnumerateArray())
                CheckNames(item);
        }

        if (json.ValueKind != JsonValueKind.Object)
            return;

        var names = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var member in json.EnumerateObject())
        {
            if (!names.TryAdd(member.Name, member.Name))
            {
                throw new FormatException(
                    $"it has the members \"{names[member.Name]}\" and \"{member.Name}\"; remove one, because clients ignore the "
                    + "case of names");
            }

            CheckNames(member.Value);
        }
    }

    private (string, IReadOnlyList<VariationView>)? FindMember(JsonElement root, string key)
    {
        if (!IsFlag(key) || !root.TryGetProperty(key, out var json))
            return null;
        return ServerOf(json) is null
            ? (IdOf(key), ShortFlagParser.ReadVariations(json, protocol.VariationIdOf))
            : (JsonView.Text(json, "id"), [.. protocol.ReadVariations(json)]);
    }

    private DataSync Check(DataSync data)
    {
        ThrowIfAny(
        [
            .. from flag in data.Flags
               let error = FindError(() => protocol.Check(flag)) ?? FindVersionError(flag.Version)
               where error is not null
               select Describe(FlagKind, NameOf(flag), error),
            .. from segment in data.Segments
               let error = FindError(() => protocol.Check(segment)) ?? FindVersionError(segment.Version)
               where error is not null
               select Describe(SegmentKind, segment.Id, error),
        ]);
        if ((FindDuplicate(data.Flags.Select(flag => flag.Id)) ?? FindDuplicate(data.Segments.Select(segment => segment.Id)))
            is { } id)
            throw new FormatException($"duplicate id {id}");
        return FindDuplicate(data.Flags.Where(flag => !flag.IsArchived).Select(KeyOf)) is { } key
            ? throw new FormatException($"duplicate flag {key}: two flags with different ids have this key")
            : data;
    }

    private string? FindVersionError(long version) => version <= MaxVersion
        ? null
        : $"its {protocol.Format.VersionMember} is after the year 9998; expected "
            + ExpectedTypes.Find(protocol.Format.VersionMember);

    private static string NameOf(IncomingItem<Flag> flag)
    {
        using var document = JsonDocument.Parse(flag.Json);
        return NameOf(document.RootElement) ?? flag.Id;
    }
}
