using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Ffc.DevServer.Flags;
using Ffc.DevServer.Flags.Short;
using Ffc.DevServer.Insights;
using Ffc.Sdk.Flags;
using Ffc.Sdk.Protocol;
using Ffc.Sdk.Protocol.Ffc;

namespace Ffc.DevServer.Servers;

/// <summary>The protocol of FFC.</summary>
internal sealed class FfcDevProtocol : DevProtocol
{
    public override string Name => "FFC";

    public override string DevelopmentSecret => DevServerOptions.DevelopmentSecret;

    public override string SampleFile => "flags.json";

    public override WireFormat Format => FfcWireFormat.Instance;

    public override string TrackPath => FfcProtocol.TrackPath;

    public override string SecretHeader => FfcProtocol.SecretHeader;

    public override bool RequiresHeaderOnStream => true;

    public override TimeSpan MaxTokenLead => TimeSpan.Zero;

    public override ReadOnlyMemory<byte> Pong { get; } = Wire.PongMessage.ToArray();

    public override string? LatestAllPath => null;

    public override int MaxEvents => 50;

    public override (string[] Path, string On, string Off) StateMember => (["ff", "status"], "\"Enabled\"", "\"Disabled\"");

    public override string FileServer => FlagsFileParser.Ffc;

    public override bool HasPrerequisites => true;

    public override void CheckSecret(string secret) => EnvironmentSecret.Parse(secret);

    public override void Check(IncomingItem<Flag> flag) => WireReader.Parse(flag);

    public override void Check(IncomingItem<Segment> segment) => WireReader.Parse(segment);

    public override IEnumerable<string> Lint(DataSync data) => FlagsFileLinter.Lint(data);

    public override string? ReadKey(IncomingItem<Flag> flag) => WireReader.Parse(flag).Ff?.KeyName;

    // The server has no names for variations; the short form of the flags file has.
    public override IEnumerable<VariationView> ReadVariations(JsonElement flag) =>
        from variation in JsonView.Items(flag, "variationOptions")
        let value = JsonView.Text(variation, "variationValue")
        let name = JsonView.Text(variation, "name")
        select new VariationView(JsonView.Text(variation, "localId"), name.Length > 0 ? name : value, value);

    public override IEnumerable<string> ReadRuleNames(JsonElement flag) =>
        from rule in JsonView.Items(flag, "fftuwmtr")
        where rule.ValueKind != JsonValueKind.Null
        select JsonView.Text(rule, "ruleName");

    public override string VariationIdOf(ShortVariation variation) => variation.Number.ToString(CultureInfo.InvariantCulture);

    public override void Write(Utf8JsonWriter writer, ShortFlag flag) => FfcFlagWriter.Write(writer, flag);

    public override void Write(Utf8JsonWriter writer, ShortSegment segment) => FfcFlagWriter.Write(writer, segment);

    public override (string List, string FlagKey) EvaluationMembers => ("userVariations", "featureFlagKeyName");

    public override string GetLocalSecret(string realSecret) => WriteSecret("dev", realSecret);

    public override string CreateSecret(string sameEnvironment) =>
        WriteSecret(RandomNumberGenerator.GetHexString(32, lowercase: true), sameEnvironment);

    public override string GetFlagIdPrefix(string secret) => EnvironmentSecret.Parse(secret).FlagId("");

    public override void WriteVersion(Utf8JsonWriter writer, long version) => writer.WriteNumber(Format.VersionMember, version);

    public override string? FindFault(JsonElement item) => null;

    public override IEnumerable<EvaluationView> ReadEvaluations(JsonElement item) =>
        JsonView.Items(item, "userVariations").Select(evaluation => new EvaluationView(
            JsonView.Text(evaluation, "featureFlagKeyName"),
            JsonView.Text(evaluation, "variation", "variationValue"),
            JsonView.Text(evaluation, "variation", "reason"),
            JsonView.Time(evaluation, "timestamp")));

    private static string WriteSecret(string start, string sameEnvironment)
    {
        var other = EnvironmentSecret.Parse(sameEnvironment);
        return Convert.ToBase64String(
            Encoding.UTF8.GetBytes($"{start}__{other.AccountId}__{other.ProjectId}__{other.EnvironmentId}__default_00001"));
    }
}
