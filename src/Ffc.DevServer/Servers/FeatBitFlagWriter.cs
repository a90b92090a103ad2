using System.Text.Json;
using Ffc.DevServer.Flags.Short;
using Ffc.Sdk.Flags;

namespace Ffc.DevServer.Servers;

/// <summary>Writes flags and segments of the short form in the form of FeatBit.</summary>
internal static class FeatBitFlagWriter
{
    // The server replaces it by the time of the change.
    private const string NoVersion = "1970-01-01T00:00:00.000Z";

    public static void Write(Utf8JsonWriter writer, ShortFlag flag)
    {
        writer.WriteStartObject();
        writer.WriteString("id", flag.Id);
        writer.WriteString("name", flag.Name);
        writer.WriteString("key", flag.Key);
        writer.WriteString("variationType", TypeOf(flag.Kind));
        writer.WriteStartArray("variations");
        foreach (var variation in flag.Variations)
        {
            writer.WriteStartObject();
            writer.WriteString("id", variation.Name);
            writer.WriteString("name", variation.Name);
            writer.WriteString("value", variation.Value);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("targetUsers");
        foreach (var target in flag.Targets)
        {
            writer.WriteStartObject();
            FfcFlagWriter.WriteTexts(writer, "keyIds", target.Keys);
            writer.WriteString("variationId", target.Variation.Name);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("rules");
        foreach (var (rule, i) in flag.Rules.Select((rule, i) => (rule, i)))
        {
            writer.WriteStartObject();
            WriteRuleHead(writer, $"{flag.Key}-rule-{i + 1}", rule);
            WriteRollouts(writer, rule.Serve);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteBoolean("isEnabled", flag.IsOn);
        writer.WriteString("disabledVariationId", flag.Off.Name);
        writer.WriteStartObject("fallthrough");
        WriteRollouts(writer, flag.Serve);
        writer.WriteEndObject();
        writer.WriteBoolean("exptIncludeAllTargets", true);
        writer.WriteString("updatedAt", NoVersion);
        writer.WriteBoolean("isArchived", false);
        writer.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter writer, ShortSegment segment)
    {
        writer.WriteStartObject();
        writer.WriteString("id", segment.Name);
        writer.WriteString("name", segment.Name);
        FfcFlagWriter.WriteTexts(writer, "included", segment.Include);
        FfcFlagWriter.WriteTexts(writer, "excluded", segment.Exclude);
        writer.WriteStartArray("rules");
        foreach (var (rule, i) in segment.Rules.Select((rule, i) => (rule, i)))
        {
            writer.WriteStartObject();
            WriteRuleHead(writer, $"{segment.Name}-rule-{i + 1}", rule);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteString("updatedAt", NoVersion);
        writer.WriteBoolean("isArchived", false);
        writer.WriteEndObject();
    }

    private static string TypeOf(FlagValueKind kind) => kind switch
    {
        FlagValueKind.Boolean => "boolean",
        FlagValueKind.Number => "number",
        FlagValueKind.Json => "json",
        _ => "string",
    };

    private static void WriteRuleHead(Utf8JsonWriter writer, string id, ShortRule rule)
    {
        writer.WriteString("id", id);
        writer.WriteString("name", rule.Name);
        writer.WriteStartArray("conditions");
        foreach (var (condition, i) in rule.Conditions.Select((condition, i) => (condition, i)))
        {
            writer.WriteStartObject();
            writer.WriteString("id", $"{id}-{i + 1}");
            writer.WriteString("property", condition.Property switch
            {
                null => condition.Operation,
                "key" => "keyId",
                var name => name,
            });
            writer.WriteString("op", condition.Property is null ? "" : condition.Operation);
            writer.WriteString("value", condition.Value);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteRollouts(Utf8JsonWriter writer, IEnumerable<ShortRollout> rollouts)
    {
        writer.WriteNull("dispatchKey");
        writer.WriteBoolean("includedInExpt", true);
        writer.WriteStartArray("variations");
        foreach (var rollout in rollouts)
        {
            writer.WriteStartObject();
            writer.WriteString("id", rollout.Variation.Name);
            writer.WriteStartArray("rollout");
            writer.WriteNumberValue(rollout.Min);
            writer.WriteNumberValue(rollout.Max);
            writer.WriteEndArray();
            writer.WriteNumber("exptRollout", (decimal)rollout.Max - (decimal)rollout.Min);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
