using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Ffc.DevServer.Flags;
using Ffc.DevServer.Flags.Short;
using Ffc.DevServer.Insights;
using Ffc.Sdk.Flags;
using Ffc.Sdk.Protocol;
using Ffc.Sdk.Protocol.FeatBit;

namespace Ffc.DevServer.Servers;

/// <summary>The protocol of FeatBit.</summary>
internal sealed class FeatBitDevProtocol : DevProtocol
{
    public override string Name => "FeatBit";

    public override string DevelopmentSecret => DevServerOptions.FeatBitDevelopmentSecret;

    public override string SampleFile => "featbit-flags.json";

    public override WireFormat Format => FeatBitWireFormat.Instance;

    public override string TrackPath => FeatBitProtocol.TrackPath;

    public override string SecretHeader => FeatBitProtocol.SecretHeader;

    public override bool RequiresHeaderOnStream => false;

    public override TimeSpan MaxTokenLead => ConnectionToken.Lifetime;

    public override ReadOnlyMemory<byte> Pong { get; } = """{"messageType":"pong","data":{}}"""u8.ToArray();

    public override string? LatestAllPath => FeatBitProtocol.LatestAllPath;

    public override int MaxEvents => int.MaxValue;

    public override (string[] Path, string On, string Off) StateMember => (["isEnabled"], "true", "false");

    public override string FileServer => FlagsFileParser.FeatBit;

    public override bool HasPrerequisites => false;

    public override void CheckSecret(string secret) => FeatBitSecret.Parse(secret);

    public override void Check(IncomingItem<Flag> flag) => WireReader.Parse(flag);

    public override void Check(IncomingItem<Segment> segment) => WireReader.Parse(segment);

    public override IEnumerable<string> Lint(DataSync data) => FeatBitFlagsFileLinter.Lint(data);

    public override string? ReadKey(IncomingItem<Flag> flag) => WireReader.Parse(flag).Key;

    public override IEnumerable<VariationView> ReadVariations(JsonElement flag) =>
        from variation in JsonView.Items(flag, "variations")
        let value = JsonView.Text(variation, "value")
        let name = JsonView.Text(variation, "name")
        select new VariationView(JsonView.Text(variation, "id"), name.Length > 0 ? name : value, value);

    public override IEnumerable<string> ReadRuleNames(JsonElement flag) =>
        from rule in JsonView.Items(flag, "rules")
        where rule.ValueKind != JsonValueKind.Null
        select JsonView.Text(rule, "name");

    public override string VariationIdOf(ShortVariation variation) => variation.Name;

    public override void Write(Utf8JsonWriter writer, ShortFlag flag) => FeatBitFlagWriter.Write(writer, flag);

    public override void Write(Utf8JsonWriter writer, ShortSegment segment) => FeatBitFlagWriter.Write(writer, segment);

    public override (string List, string FlagKey) EvaluationMembers => ("variations", "featureFlagKey");

    public override string GetLocalSecret(string realSecret) => DevelopmentSecret;

    // A secret is two halves of equal length: the first one is random, the second one is the id of the environment.
    public override string CreateSecret(string sameEnvironment)
    {
        var half = sameEnvironment.Length / 2;
        return RandomNumberGenerator.GetHexString(half, lowercase: true) + sameEnvironment[half..];
    }

    public override string GetFlagIdPrefix(string secret) => "";

    public override void WriteVersion(Utf8JsonWriter writer, long version) => writer.WriteString(
        Format.VersionMember,
        DateTimeOffset.FromUnixTimeMilliseconds(version).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));

    // A server refuses the complete request for these faults.
    public override string? FindFault(JsonElement item)
    {
        foreach (var list in (string[])["variations", "metrics"])
        {
            if (!item.TryGetProperty(list, out var items))
                continue;
            if (items.ValueKind != JsonValueKind.Array
                || items.EnumerateArray().Any(one => one.ValueKind != JsonValueKind.Object))
                return $"{list} must be an array of objects";
            if (items.EnumerateArray().Any(one => one.TryGetProperty("timestamp", out var time) && !IsWholeNumber(time)))
                return $"a timestamp in {list} must be a whole number";
        }

        if (!item.TryGetProperty("user", out var user) || user.ValueKind != JsonValueKind.Object)
            return null;
        return JsonView.Items(user, "customizedProperties").All(property =>
            property.ValueKind == JsonValueKind.Object
            && property.TryGetProperty("value", out var value) && value.ValueKind == JsonValueKind.String)
                ? null
                : "the value of a customized property must be a string";
    }

    public override IEnumerable<EvaluationView> ReadEvaluations(JsonElement item) =>
        JsonView.Items(item, "variations").Select(evaluation => new EvaluationView(
            JsonView.Text(evaluation, "featureFlagKey"),
            JsonView.Text(evaluation, "variation", "value"),
            Reason: "",
            JsonView.Time(evaluation, "timestamp")));

    private static bool IsWholeNumber(JsonElement json) => json.ValueKind == JsonValueKind.Number && json.TryGetInt64(out _);
}
