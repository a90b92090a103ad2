using System.Globalization;
using System.Text.Json;
using Ffc.Sdk;
using Microsoft.AspNetCore.Http;

namespace Ffc.Functions.Api;

/// <summary>Writes flag states in the JSON format that the FFC SDKs share.</summary>
internal static class FlagStateJson
{
    private const string Ok = "OK";
    private const int NoVariation = -1;

    /// <summary>The state of one flag.</summary>
    public static IResult Result<T>(FlagState<T> state, Action<Utf8JsonWriter, T> writeValue) => new JsonResponse(writer =>
    {
        WriteStart(writer, state.Success, state.Reason);
        writer.WritePropertyName("data");
        Write(writer, state, writeValue);
        writer.WriteEndObject();
    });

    /// <summary>The states of several flags, which were all evaluated.</summary>
    public static IResult Result(IEnumerable<FlagState<string>> states) => new JsonResponse(writer =>
    {
        WriteStart(writer, success: true, reason: "");
        writer.WriteStartArray("data");
        foreach (var state in states)
            Write(writer, state, static (writer, value) => writer.WriteStringValue(value));
        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    private static void WriteStart(Utf8JsonWriter writer, bool success, string reason)
    {
        writer.WriteStartObject();
        writer.WriteBoolean("success", success);
        writer.WriteString("message", success ? Ok : reason);
    }

    private static void Write<T>(Utf8JsonWriter writer, FlagState<T> state, Action<Utf8JsonWriter, T> writeValue)
    {
        writer.WriteStartObject();
        writer.WriteNumber("id", state.VariationId is { } id ? int.Parse(id, CultureInfo.InvariantCulture) : NoVariation);
        writer.WriteString("reason", state.Reason);
        writer.WritePropertyName("variation");
        writeValue(writer, state.Value);
        writer.WriteString("keyName", state.FlagKey);
        writer.WriteString("name", state.FlagName);
        writer.WriteEndObject();
    }
}
