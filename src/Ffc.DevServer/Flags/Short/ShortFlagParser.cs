using System.Text;
using System.Text.Json;
using Ffc.DevServer.Json;
using Ffc.Sdk.Flags;

namespace Ffc.DevServer.Flags.Short;

/// <summary>Parses flags and segments in the short form.</summary>
/// <param name="findFlag">Returns the id and the variations of another flag; null if there is no flag with this key.</param>
internal sealed class ShortFlagParser(Func<string, (string Id, IReadOnlyList<VariationView> Variations)?> findFlag)
{
    private const string Values = "true, false, a number, a text, an array, or an object with \"variations\" and \"serve\"";
    private const string ServeExample = "such as \"on\" or { \"on\": 20, \"off\": 80 }";

    private static readonly ShortVariation[] Booleans = [new(1, "true", "true"), new(2, "false", "false")];

    private static readonly string[] FlagMembers =
        ["name", "on", "value", "variations", "off", "requires", "targets", "rules", "serve"];

    private static readonly string[] RuleMembers = ["name", "if", "serve"];

    private static readonly string[] SegmentMembers = ["include", "exclude", "rules"];

    /// <summary>Returns a value as the text that clients receive.</summary>
    public static string TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        JsonValueKind.Number => value.GetRawText(),
        _ => Encoding.UTF8.GetString(CompactJson.Write(value.WriteTo)),
    };

    /// <summary>Returns the variations of a flag.</summary>
    /// <exception cref="FormatException">The flag is invalid. The message shows what is expected.</exception>
    public static IReadOnlyList<VariationView> ReadVariations(JsonElement json, Func<ShortVariation, string> idOf) =>
        [.. Variations(json).List.Select(variation => new VariationView(idOf(variation), variation.Name, variation.Value))];

    /// <summary>Parses a flag.</summary>
    /// <exception cref="FormatException">The flag is invalid. The message shows what is expected.</exception>
    public ShortFlag Parse(string key, string id, JsonElement json)
    {
        var (variations, kind) = Variations(json);
        if (json.ValueKind != JsonValueKind.Object)
        {
            var isOn = json.ValueKind != JsonValueKind.False;
            return new ShortFlag(key, id, key, isOn, kind, variations, variations[^1], [], [], [], [All(variations[0])]);
        }

        CheckMembers(json, FlagMembers, "");
        var serve = json.TryGetProperty("value", out var value)
            ? json.TryGetProperty("serve", out _)
                ? throw new FormatException(
                    "it has both \"value\" and \"serve\"; use \"serve\" for flags with several variations")
                : [All(Find(variations, TextOf(value)) ?? variations[0])]
            : json.TryGetProperty("serve", out var served)
                ? Serve(served, "serve", variations)
                : throw new FormatException(
                    $"\"serve\" is missing: expected the name of a variation or percentages, {ServeExample}; "
                    + $"the variations are {Names(variations)}");
        return new ShortFlag(
            key,
            id,
            json.TryGetProperty("name", out var name) ? Text(name, "name") : key,
            !json.TryGetProperty("on", out var on) || Bool(on, "on"),
            kind,
            variations,
            json.TryGetProperty("off", out var off) ? Variation(off, "off", variations) : DefaultOff(variations),
            [.. Members(json, "requires", "{ \"other-flag\": \"on\" }").Select(Prerequisite)],
            [.. Members(json, "targets", "{ \"on\": [\"user-1\"] }").Select(target => new ShortTarget(
                Variation(target.Name, "targets", variations), Texts(target.Value, $"targets.{target.Name}")))],
            [.. Items(json, "rules").Select((rule, i) => Rule(rule, i, variations))],
            serve);
    }

    /// <summary>Parses a segment: a list of user keys, or an object.</summary>
    /// <exception cref="FormatException">The segment is invalid. The message shows what is expected.</exception>
    public static ShortSegment ParseSegment(string name, JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.Array)
            return new ShortSegment(name, Texts(json, "the segment"), [], []);
        if (json.ValueKind != JsonValueKind.Object)
            throw new FormatException("expected an array of user keys, or an object with \"include\", \"exclude\" and \"rules\"");

        CheckMembers(json, SegmentMembers, "");
        return new ShortSegment(
            name,
            json.TryGetProperty("include", out var include) ? Texts(include, "include") : [],
            json.TryGetProperty("exclude", out var exclude) ? Texts(exclude, "exclude") : [],
            [.. Items(json, "rules").Select(rule => new ShortRule(
                ConditionParser.Describe(rule), ConditionParser.Parse(rule), []))]);
    }

    private static (IReadOnlyList<ShortVariation> List, FlagValueKind Kind) Variations(JsonElement json)
    {
        if (json.ValueKind is JsonValueKind.True or JsonValueKind.False)
            return (Booleans, FlagValueKind.Boolean);
        if (json.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined)
            throw new FormatException($"null is not a value: expected {Values}");
        if (json.ValueKind != JsonValueKind.Object)
            return ([new ShortVariation(1, TextOf(json), TextOf(json))], KindOf([json]));

        var hasValue = json.TryGetProperty("value", out var value);
        if (!json.TryGetProperty("variations", out var variations))
        {
            // The member may be misspelt.
            CheckMembers(json, FlagMembers, "");
            return hasValue && value.ValueKind is not (JsonValueKind.True or JsonValueKind.False)
                ? value.ValueKind == JsonValueKind.Null
                    ? throw new FormatException("\"value\" must not be null")
                    : ([new ShortVariation(1, TextOf(value), TextOf(value))], KindOf([value]))
                : (Booleans, FlagValueKind.Boolean);
        }

        if (hasValue)
            throw new FormatException("it has both \"value\" and \"variations\"; remove \"value\" and add \"serve\"");
        if (variations.ValueKind != JsonValueKind.Object || !variations.EnumerateObject().Any())
        {
            throw new FormatException(
                "\"variations\" must be an object with a name and a value for each variation, such as "
                + "{ \"small\": 10, \"large\": 100 }");
        }

        var members = variations.EnumerateObject().ToArray();
        foreach (var member in members.Where(member => member.Value.ValueKind == JsonValueKind.Null))
            throw new FormatException($"the variation {member.Name} must not be null");
        return (
            [.. members.Select((member, i) => new ShortVariation(i + 1, member.Name, TextOf(member.Value)))],
            KindOf([.. members.Select(member => member.Value)]));
    }

    private static FlagValueKind KindOf(IReadOnlyCollection<JsonElement> values) =>
        values.All(value => value.ValueKind is JsonValueKind.True or JsonValueKind.False) ? FlagValueKind.Boolean
        : values.All(value => value.ValueKind == JsonValueKind.Number) ? FlagValueKind.Number
        : values.All(value => value.ValueKind is JsonValueKind.Object or JsonValueKind.Array) ? FlagValueKind.Json
        : FlagValueKind.String;

    private static ShortRollout All(ShortVariation variation) => new(variation, 0, 1);

    private static string Names(IEnumerable<ShortVariation> variations) =>
        string.Join(", ", variations.Select(variation => variation.Name));

    private static ShortVariation? Find(IEnumerable<ShortVariation> variations, string name) =>
        variations.FirstOrDefault(variation => variation.Name == name);

    private static ShortVariation DefaultOff(IReadOnlyList<ShortVariation> variations) =>
        Find(variations, "off") ?? Find(variations, "false") ?? variations[^1];

    private static ShortVariation Variation(string name, string member, IReadOnlyList<ShortVariation> variations) =>
        Find(variations, name)
        ?? throw new FormatException($"\"{member}\" has the unknown variation {name}; the variations are {Names(variations)}");

    private static ShortVariation Variation(JsonElement json, string member, IReadOnlyList<ShortVariation> variations) =>
        json.ValueKind is JsonValueKind.String or JsonValueKind.True or JsonValueKind.False or JsonValueKind.Number
            ? Variation(TextOf(json), member, variations)
            : throw new FormatException(
                $"\"{member}\" must be the name of a variation; the variations are {Names(variations)}");

    private static ShortRollout[] Serve(JsonElement json, string member, IReadOnlyList<ShortVariation> variations)
    {
        if (json.ValueKind is JsonValueKind.Null or JsonValueKind.Array)
        {
            throw new FormatException(
                $"\"{member}\" must be the name of a variation or percentages, {ServeExample}; "
                + $"the variations are {Names(variations)}");
        }

        if (json.ValueKind != JsonValueKind.Object)
            return [All(Variation(json, member, variations))];

        var shares = json.EnumerateObject()
            .Select(share => (Variation: Variation(share.Name, member, variations), Percent: Percent(share, member)))
            .ToArray();
        var sum = shares.Sum(share => share.Percent);
        if (sum != 100)
        {
            throw new FormatException(FormattableString.Invariant(
                $"the percentages of \"{member}\" add up to {sum}; they must add up to 100"));
        }

        var rollouts = new List<ShortRollout>();
        var start = 0m;
        foreach (var (variation, percent) in shares)
        {
            rollouts.Add(new ShortRollout(variation, (double)(start / 100), (double)((start + percent) / 100)));
            start += percent;
        }

        return [.. rollouts];
    }

    private static decimal Percent(JsonProperty share, string member) =>
        share.Value.ValueKind == JsonValueKind.Number && share.Value.TryGetDecimal(out var percent) && percent is >= 0 and <= 100
            ? percent
            : throw new FormatException($"\"{member}.{share.Name}\" must be a number from 0 to 100");

    private static ShortRule Rule(JsonElement json, int index, IReadOnlyList<ShortVariation> variations)
    {
        var path = $"rules[{index}]";
        if (json.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException(
                $"\"{path}\" must be an object, such as {{ \"if\": \"plan is pro\", \"serve\": \"{variations[0].Name}\" }}");
        }

        CheckMembers(json, RuleMembers, path + ".");
        if (!json.TryGetProperty("if", out var condition))
            throw new FormatException($"\"{path}.if\" is missing: expected a condition, such as \"plan is one of pro, team\"");
        if (!json.TryGetProperty("serve", out var serve))
            throw new FormatException($"\"{path}.serve\" is missing: expected the name of a variation or percentages");
        var conditions = ConditionParser.Parse(condition);
        return new ShortRule(
            json.TryGetProperty("name", out var name) ? Text(name, path + ".name") : ConditionParser.Describe(condition),
            conditions,
            Serve(serve, path + ".serve", variations));
    }

    private ShortPrerequisite Prerequisite(JsonProperty member)
    {
        if (findFlag(member.Name) is not { } flag)
            throw new FormatException($"\"requires\" has the unknown flag {member.Name}");

        var name = member.Value.ValueKind == JsonValueKind.Object ? "" : TextOf(member.Value);
        var variation = flag.Variations.FirstOrDefault(variation => variation.Name == name || variation.Value == name)
            ?? throw new FormatException(
                $"\"requires.{member.Name}\" must be a variation of that flag; its variations are "
                + string.Join(", ", flag.Variations.Select(variation => variation.Name)));
        return new ShortPrerequisite(flag.Id, variation);
    }

    private static void CheckMembers(JsonElement json, string[] known, string path)
    {
        foreach (var member in json.EnumerateObject().Where(member => !known.Contains(member.Name)))
            throw new FormatException($"the member \"{path}{member.Name}\" is unknown: expected {string.Join(", ", known)}");
    }

    private static JsonElement.ObjectEnumerator Members(JsonElement json, string name, string example)
    {
        if (!json.TryGetProperty(name, out var members))
            return default;
        return members.ValueKind == JsonValueKind.Object
            ? members.EnumerateObject()
            : throw new FormatException($"\"{name}\" must be an object, such as {example}");
    }

    private static JsonElement.ArrayEnumerator Items(JsonElement json, string name)
    {
        if (!json.TryGetProperty(name, out var items))
            return default;
        return items.ValueKind == JsonValueKind.Array
            ? items.EnumerateArray()
            : throw new FormatException($"\"{name}\" must be an array");
    }

    private static string[] Texts(JsonElement json, string path) =>
        json.ValueKind == JsonValueKind.Array && json.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String)
            ? [.. json.EnumerateArray().Select(item => item.GetString()!)]
            : throw new FormatException($"\"{path}\" must be an array of user keys, such as [\"user-1\"]");

    private static string Text(JsonElement json, string path) =>
        json.ValueKind == JsonValueKind.String ? json.GetString()! : throw new FormatException($"\"{path}\" must be a text");

    private static bool Bool(JsonElement json, string path) => json.ValueKind is JsonValueKind.True or JsonValueKind.False
        ? json.GetBoolean()
        : throw new FormatException($"\"{path}\" must be true or false");
}
