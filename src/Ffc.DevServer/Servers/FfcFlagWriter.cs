using System.Globalization;
using System.Text.Json;
using Ffc.DevServer.Flags.Short;

namespace Ffc.DevServer.Servers;

/// <summary>Writes flags and segments of the short form in the form of FFC.</summary>
internal static class FfcFlagWriter
{
    public static void Write(Utf8JsonWriter writer, ShortFlag flag)
    {
        writer.WriteStartObject();
        writer.WriteString("id", flag.Id);
        writer.WriteBoolean("isArchived", false);
        writer.WriteStartObject("ff");
        writer.WriteString("id", flag.Id);
        writer.WriteString("name", flag.Name);
        writer.WriteString("keyName", flag.Key);
        writer.WriteString("status", flag.IsOn ? "Enabled" : "Disabled");
        writer.WriteBoolean("isDefaultRulePercentageRolloutsIncludedInExpt", true);
        WriteRollouts(writer, "defaultRulePercentageRollouts", flag.Serve);
        WriteVariation(writer, "variationOptionWhenDisabled", flag.Off);
        writer.WriteEndObject();

        writer.WriteStartArray("ffp");
        foreach (var prerequisite in flag.Prerequisites)
        {
            writer.WriteStartObject();
            writer.WriteString("prerequisiteFeatureFlagId", prerequisite.FlagId);
            writer.WriteStartObject("valueOptionsVariationValue");
            writer.WriteNumber(
                "localId", int.TryParse(prerequisite.Variation.Id, CultureInfo.InvariantCulture, out var number) ? number : 0);
            writer.WriteString("variationValue", prerequisite.Variation.Value);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("fftuwmtr");
        foreach (var (rule, i) in flag.Rules.Select((rule, i) => (rule, i)))
        {
            writer.WriteStartObject();
            WriteRuleHead(writer, $"{flag.Key}-rule-{i + 1}", rule);
            writer.WriteBoolean("isIncludedInExpt", true);
            WriteRollouts(writer, "valueOptionsVariationRuleValues", rule.Serve);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("targetIndividuals");
        foreach (var target in flag.Targets)
        {
            writer.WriteStartObject();
            writer.WriteStartArray("individuals");
            foreach (var key in target.Keys)
            {
                writer.WriteStartObject();
                writer.WriteString("id", key);
                writer.WriteString("name", key);
                writer.WriteString("keyId", key);
                writer.WriteString("email", "");
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            WriteVariation(writer, "valueOption", target.Variation);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("variationOptions");
        foreach (var variation in flag.Variations)
            WriteVariation(writer, name: null, variation);
        writer.WriteEndArray();
        writer.WriteBoolean("exptIncludeAllRules", true);

        // The server replaces it by the time of the change.
        writer.WriteNumber("timestamp", 0);
        writer.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter writer, ShortSegment segment)
    {
        writer.WriteStartObject();
        writer.WriteString("id", segment.Name);
        writer.WriteString("name", segment.Name);
        writer.WriteBoolean("isArchived", false);
        WriteTexts(writer, "included", segment.Include);
        WriteTexts(writer, "excluded", segment.Exclude);
        writer.WriteStartArray("rules");
        foreach (var (rule, i) in segment.Rules.Select((rule, i) => (rule, i)))
        {
            writer.WriteStartObject();
            WriteRuleHead(writer, $"{segment.Name}-rule-{i + 1}", rule);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteNumber("timestamp", 0);
        writer.WriteEndObject();
    }

    public static void WriteTexts(Utf8JsonWriter writer, string name, IEnumerable<string> texts)
    {
        writer.WriteStartArray(name);
        foreach (var text in texts)
            writer.WriteStringValue(text);
        writer.WriteEndArray();
    }

    private static void WriteRuleHead(Utf8JsonWriter writer, string id, ShortRule rule)
    {
        writer.WriteString("ruleId", id);
        writer.WriteString("ruleName", rule.Name);
        writer.WriteStartArray("ruleJsonContent");
        foreach (var condition in rule.Conditions)
        {
            writer.WriteStartObject();
            writer.WriteString("property", condition.Property is null ? condition.Operation : Property(condition.Property));
            if (condition.Property is not null)
                writer.WriteString("operation", condition.Operation);
            writer.WriteString("value", condition.Value);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static string Property(string name) => name switch
    {
        "key" => "KeyId",
        "name" => "Name",
        "email" => "Email",
        "country" => "Country",
        _ => name,
    };

    private static void WriteRollouts(Utf8JsonWriter writer, string name, IEnumerable<ShortRollout> rollouts)
    {
        writer.WriteStartArray(name);
        foreach (var rollout in rollouts)
        {
            writer.WriteStartObject();
            writer.WriteNumber("exptRollout", (decimal)rollout.Max - (decimal)rollout.Min);
            writer.WriteStartArray("rolloutPercentage");
            writer.WriteNumberValue(rollout.Min);
            writer.WriteNumberValue(rollout.Max);
            writer.WriteEndArray();
            WriteVariation(writer, "valueOption", rollout.Variation);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteVariation(Utf8JsonWriter writer, string? name, ShortVariation variation)
    {
        if (name is null)
            writer.WriteStartObject();
        else
            writer.WriteStartObject(name);
        writer.WriteNumber("localId", variation.Number);
        writer.WriteNumber("displayOrder", variation.Number - 1);
        writer.WriteString("variationValue", variation.Value);

        // FFC has no names for variations. Clients ignore the member; the dashboard shows it.
        if (name is null)
            writer.WriteString("name", variation.Name);
        writer.WriteEndObject();
    }
}
