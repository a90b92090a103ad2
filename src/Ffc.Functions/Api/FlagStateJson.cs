using System.Text.Json;
using Ffc.Sdk;
using Microsoft.AspNetCore.Http;

namespace Ffc.Functions.Api;

/// <summary>Writes flag states in the JSON that the FFC SDKs share.</summary>
internal static class FlagStateJson
{
    /// <summary>One flag's state.</summary>
    public static IResult Result<T>(FlagState<T> state, Action<Utf8JsonWriter, T> writeVariation) => new JsonResponse(writer =>
    {
        writer.WriteStartObject();
        writer.WriteBoolean("success", state.Success);
        writer.WriteString("message", state.Message);
        writer.WritePropertyName("data");
        WriteDetail(writer, state.Data, writeVariation);
        writer.WriteEndObject();
    });

    /// <summary>The states of many flags.</summary>
    public static IResult Result(AllFlagStates states, IEnumerable<EvalDetail<string>> details) => new JsonResponse(writer =>
    {
        writer.WriteStartObject();
        writer.WriteBoolean("success", states.Success);
        writer.WriteString("message", states.Message);
        writer.WriteStartArray("data");
        foreach (var detail in details)
            WriteDetail(writer, detail, static (writer, value) => writer.WriteStringValue(value));
        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    private static void WriteDetail<T>(Utf8JsonWriter writer, EvalDetail<T> detail, Action<Utf8JsonWriter, T> writeVariation)
    {
        writer.WriteStartObject();
        writer.WriteNumber("id", detail.Id);
        writer.WriteString("reason", detail.Reason);
        writer.WritePropertyName("variation");
        writeVariation(writer, detail.Variation);
        writer.WriteString("keyName", detail.KeyName);
        writer.WriteString("name", detail.Name);
        writer.WriteEndObject();
    }
}
