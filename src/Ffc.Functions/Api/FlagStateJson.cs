using System.Globalization;
using System.Text.Json;
using Ffc.Sdk;
using Microsoft.AspNetCore.Http;

namespace Ffc.Functions.Api;

/// <summary>Writes flag states in the JSON format that all FFC SDKs share.</summary>
internal static class FlagStateJson
{
    private const string Ok = "OK";
    private const int NoVariation = -1;

    /// <summary>The state of one flag.</summary>
    public static IResult Result<T>(FlagState<T> state, Action<Utf8JsonWriter, T> writeVariation) => new JsonResponse(writer =>
    {
        writer.WriteStartObject();
        writer.WriteBoolean("success", state.Success);
        writer.WriteString("message", state.Success ? Ok : state.Reason);
        writer.WritePropertyName("data");
        WriteState(writer, state, writeVariation);
        writer.WriteEndObject();
    });

    /// <summary>The states of several flags.</summary>
    public static IResult Result(IEnumerable<FlagState<string>> states) => new JsonResponse(writer =>
    {
        writer.WriteStartObject();
        writer.WriteBoolean("success", true);
        writer.WriteString("message", Ok);
        writer.WriteStartArray("data");
        foreach (var state in states)
            WriteState(writer, state, static (writer, value) => writer.WriteStringValue(value));
        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    private static void WriteState<T>(Utf8JsonWriter writer, FlagState<T> state, Action<Utf8JsonWriter, T> writeVariation)
    {
        writer.WriteStartObject();
        writer.WritePropertyName("id");
        WriteId(writer, state.VariationId);
        writer.WriteString("reason", state.Reason);
        writer.WritePropertyName("variation");
        writeVariation(writer, state.Value);
        writer.WriteString("keyName", state.FlagKey);
        writer.WriteString("name", state.FlagName);
        writer.WriteEndObject();
    }

    // The ids of FFC are numbers.
    private static void WriteId(Utf8JsonWriter writer, string? id)
    {
        if (id is null)
            writer.WriteNumberValue(NoVariation);
        else if (int.TryParse(id, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            writer.WriteNumberValue(number);
        else
            writer.WriteStringValue(id);
    }
}
