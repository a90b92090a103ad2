using System.Buffers;
using System.Text.Json;
using Ffc.Sdk.Flags;
using Ffc.Sdk.Insights;
using Ffc.Sdk.Users;

namespace Ffc.Sdk.Protocol.FeatBit;

/// <summary>Writes events as the body of a request to a FeatBit server.</summary>
internal static class InsightJson
{
    private const string Route = "index/metric";
    private const string Type = "CustomEvent";
    private const string AppType = "dotnet-server-side";

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
        writer.WriteStartArray("variations"u8);
        writer.WriteStartObject();
        writer.WriteString("featureFlagKey"u8, flag.FlagKey);
        writer.WriteBoolean("sendToExperiment"u8, flag.SendToExperiment);
        writer.WriteNumber("timestamp"u8, flag.Timestamp);
        writer.WriteStartObject("variation"u8);
        writer.WriteString("id"u8, flag.Variation.Id);
        writer.WriteString("value"u8, flag.Variation.Text);
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndArray();
    }

    private static void WriteMetrics(Utf8JsonWriter writer, MetricEvent metric)
    {
        writer.WriteStartArray("metrics"u8);
        WriteMetric(writer, metric.Name, metric.Value, metric.Timestamp);
        foreach (var (name, value) in metric.More)
            WriteMetric(writer, name, value, metric.Timestamp);
        writer.WriteEndArray();
    }

    // Without a timestamp, the server dates the metric 1970.
    private static void WriteMetric(Utf8JsonWriter writer, string name, double value, long timestamp)
    {
        writer.WriteStartObject();
        writer.WriteString("eventName"u8, name);
        writer.WriteNumber("numericValue"u8, value);
        writer.WriteString("route"u8, Route);
        writer.WriteString("type"u8, Type);
        writer.WriteString("appType"u8, AppType);
        writer.WriteNumber("timestamp"u8, timestamp);
        writer.WriteEndObject();
    }

    private static void WriteUser(Utf8JsonWriter writer, FfcUser user, PrivateProperties privateProperties)
    {
        writer.WriteStartObject("user"u8);
        writer.WriteString("keyId"u8, user.Key);
        writer.WriteString("name"u8, privateProperties.HasName ? "" : user.Name ?? "");
        writer.WriteStartArray("customizedProperties"u8);
        foreach (var (name, value) in user.Custom)
        {
            if (!privateProperties.HasCustom(name))
                WriteProperty(writer, name, value);
        }

        foreach (var (name, value) in user.ReservedCustom ?? CustomProperties.Empty)
        {
            if (ClauseCompiler.Property(name).Property == UserProperty.Reserved && !privateProperties.HasCustom(name))
                WriteProperty(writer, name, value);
        }

        if (!privateProperties.HasEmail)
            WriteBuiltIn(writer, "email", user.Email, user);
        if (!privateProperties.HasCountry)
            WriteBuiltIn(writer, "country", user.Country, user);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    // E-mail address and country are custom properties here, unless the user has a custom property of that name.
    private static void WriteBuiltIn(Utf8JsonWriter writer, string name, string? value, FfcUser user)
    {
        if (value is not null && user.ReservedCustom?.ContainsKey(name) != true)
            WriteProperty(writer, name, value);
    }

    private static void WriteProperty(Utf8JsonWriter writer, string name, string value)
    {
        writer.WriteStartObject();
        writer.WriteString("name"u8, name);
        writer.WriteString("value"u8, value);
        writer.WriteEndObject();
    }
}
