using System.Globalization;
using System.Text;
using System.Text.Json;
using Ffc.Sdk.Evaluation;
using Ffc.Sdk.OpenFeature.Mapping;

namespace Ffc.Functions.Ofrep;

/// <summary>Writes evaluations in the format of OFREP.</summary>
internal static class OfrepEvaluation
{
    // The default of the protocol.
    private const int InactivityDelaySeconds = 120;

    private static readonly JsonEncodedText Flags = JsonEncodedText.Encode("flags");
    private static readonly JsonEncodedText Key = JsonEncodedText.Encode("key");
    private static readonly JsonEncodedText Value = JsonEncodedText.Encode("value");
    private static readonly JsonEncodedText Reason = JsonEncodedText.Encode("reason");
    private static readonly JsonEncodedText Variant = JsonEncodedText.Encode("variant");
    private static readonly JsonEncodedText Metadata = JsonEncodedText.Encode("metadata");
    private static readonly JsonEncodedText FfcReason = JsonEncodedText.Encode(OpenFeatureMetadata.Reason);
    private static readonly JsonEncodedText FfcName = JsonEncodedText.Encode(OpenFeatureMetadata.Name);
    private static readonly JsonEncodedText FfcDataVersion = JsonEncodedText.Encode(OpenFeatureMetadata.DataVersion);
    private static readonly JsonEncodedText Stale = JsonEncodedText.Encode(OpenFeatureMetadata.Stale);

    /// <summary>Writes the result of one flag that is not malformed.</summary>
    public static void Write(Utf8JsonWriter writer, in FlagEvaluation evaluation, bool isStale)
    {
        writer.WriteStartObject();
        writer.WriteString(Key, evaluation.Key);
        writer.WritePropertyName(Value);
        evaluation.WriteValueTo(writer);
        writer.WriteString(Reason, OpenFeatureReasons.For(evaluation.Reason, evaluation.IsSplit));
        writer.WriteString(Variant, evaluation.VariationId);
        writer.WriteStartObject(Metadata);
        writer.WriteString(FfcReason, evaluation.Reason);
        writer.WriteString(FfcName, evaluation.Name);
        WriteData(writer, evaluation.DataVersion, isStale);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    /// <summary>Writes the members of a bulk response, with an empty array of flags.</summary>
    /// <param name="writer">Receives the JSON.</param>
    /// <param name="dataVersion">The version of the flag data.</param>
    /// <param name="isStale">Whether the flag data is stale.</param>
    /// <param name="eventStream">The path and query of the event stream; null if there is none.</param>
    public static void WriteBulk(Utf8JsonWriter writer, long dataVersion, bool isStale, string? eventStream)
    {
        writer.WriteStartObject();
        writer.WriteStartArray(Flags);
        writer.WriteEndArray();
        if (eventStream is not null)
            WriteEventStream(writer, eventStream);
        writer.WriteStartObject(Metadata);
        WriteData(writer, dataVersion, isStale);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    /// <summary>Returns the end of a result from <see cref="Write"/>, from the data version on.</summary>
    public static byte[] EndOfResult(long dataVersion, bool isStale)
    {
        var stale = isStale ? $",\"{OpenFeatureMetadata.Stale}\":true" : "";
        return Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{dataVersion}{stale}}}}}"));
    }

    private static void WriteEventStream(Utf8JsonWriter writer, string requestUri)
    {
        writer.WriteStartArray("eventStreams");
        writer.WriteStartObject();
        writer.WriteString("type", "sse");
        writer.WriteStartObject("endpoint");
        writer.WriteString("requestUri", requestUri);
        writer.WriteEndObject();
        writer.WriteNumber("inactivityDelaySec", InactivityDelaySeconds);
        writer.WriteEndObject();
        writer.WriteEndArray();
    }

    private static void WriteData(Utf8JsonWriter writer, long dataVersion, bool isStale)
    {
        writer.WriteNumber(FfcDataVersion, dataVersion);
        if (isStale)
            writer.WriteBoolean(Stale, true);
    }
}
