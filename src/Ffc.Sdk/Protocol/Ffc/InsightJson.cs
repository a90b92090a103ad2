using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Ffc.Sdk.Insights;

namespace Ffc.Sdk.Protocol.Ffc;

/// <summary>Writes events as the body of a request to an FFC server.</summary>
internal static class InsightJson
{
    private const string Route = "index/metric";
    private const string Type = "CustomEvent";
    private const string AppType = "dotnetserverside";

    public static ReadOnlyMemory<byte> Write(ReadOnlySpan<InsightEvent> events, PrivateProperties privateProperties)
    {
        var buffer = new ArrayBufferWriter<byte>(256 * events.Length);
        using var writer = new Utf8JsonWriter(buffer);
        writer.WriteStartArray();
        foreach (var item in events)
            Write(writer, item, privateProperties);
        writer.WriteEndArray();
        writer.Flush();
        return buffer.WrittenMemory;
    }

    private static void Write(Utf8JsonWriter writer, InsightEvent item, PrivateProperties privateProperties)
    {
        writer.WriteStartObject();
        WriteUser(writer, item.User, privateProperties);
        if (item is FlagEvent flag)
            WriteFlag(writer, flag);
        else
            WriteMetrics(writer, (MetricEvent)item);
        writer.WriteEndObject();
    }

    private static void WriteFlag(Utf8JsonWriter writer, FlagEvent flag)
    {
        // The server attributes all variations of an event to the flag of the first one.
        writer.WriteStartArray("userVariations"u8);
        WriteVariation(writer, flag);
        writer.WriteEndArray();
    }

    private static void WriteVariation(Utf8JsonWriter writer, FlagEvent flag)
    {
        writer.WriteStartObject();
        writer.WriteString("featureFlagKeyName"u8, flag.FlagKey);
        writer.WriteBoolean("sendToExperiment"u8, flag.SendToExperiment);
        writer.WriteNumber("timestamp"u8, flag.Timestamp);
        writer.WriteStartObject("variation"u8);
        writer.WriteNumber("localId"u8, int.Parse(flag.Variation.Id, CultureInfo.InvariantCulture));
        writer.WriteString("variationValue"u8, flag.Variation.Text);
        writer.WriteString("reason"u8, flag.Reason);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteMetrics(Utf8JsonWriter writer, MetricEvent metric)
    {
        writer.WriteStartArray("metrics"u8);
        WriteMetric(writer, metric.Name, metric.Value);
        foreach (var (name, value) in metric.More)
            WriteMetric(writer, name, value);
        writer.WriteEndArray();
    }

    private static void WriteMetric(Utf8JsonWriter writer, string name, double value)
    {
        writer.WriteStartObject();
        writer.WriteString("eventName"u8, name);
        writer.WriteNumber("numericValue"u8, value);
        writer.WriteString("route"u8, Route);
        writer.WriteString("type"u8, Type);
        writer.WriteString("appType"u8, AppType);
        writer.WriteEndObject();
    }

    private static void WriteUser(Utf8JsonWriter writer, FfcUser user, PrivateProperties privateProperties)
    {
        writer.WriteStartObject("user"u8);
        writer.WriteString("keyId"u8, user.Key);
        writer.WriteString("userName"u8, privateProperties.HasName ? "" : user.Name ?? "");
        writer.WriteString("email"u8, privateProperties.HasEmail ? "" : user.Email ?? "");
        writer.WriteString("country"u8, privateProperties.HasCountry ? "" : user.Country ?? "");
        writer.WriteStartArray("customizedProperties"u8);
        foreach (var (name, value) in user.Custom)
        {
            if (privateProperties.HasCustom(name))
                continue;

            writer.WriteStartObject();
            writer.WriteString("name"u8, name);
            writer.WriteString("value"u8, value);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
