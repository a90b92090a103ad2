using System.Globalization;
using System.Text.Json;
using Ffc.Sdk;
using Ffc.Sdk.Flags;
using Microsoft.AspNetCore.Http;

namespace Ffc.Functions.Api;

/// <summary>
/// Writes flag states in the JSON format that all FFC SDKs share. The ids of variations are numbers with FFC and text with
/// FeatBit.
/// </summary>
internal static class FlagStateJson
{
    private const string Ok = "OK";
    private static readonly byte[] StartOfStates = [.. """{"success":true,"message":"OK","data":["""u8];
    private static readonly byte[] EndOfStates = [.. "]}"u8];

    // The id of a default, which has no variation.
    private const int NoNumber = -1;
    private const string NoText = "";

    /// <summary>The state of one flag.</summary>
    public static IResult Result<T>(FfcClient client, FlagState<T> state, Action<Utf8JsonWriter, T> writeVariation) =>
        new JsonResponse(writer =>
        {
            writer.WriteStartObject();
            writer.WriteBoolean("success", state.Success);
            writer.WriteString("message", state.Success ? Ok : state.Reason);
            writer.WritePropertyName("data");
            WriteState(writer, client.HasNumericVariationIds, state, writeVariation);
            writer.WriteEndObject();
        });

    /// <summary>The states of several flags, in the format of <see cref="FlagStateFormat"/>.</summary>
    public static IResult Result(List<ResultFragment> states) =>
        new FragmentResponse(StartOfStates, states, endOfResult: default, EndOfStates);

    /// <summary>Writes the state of a flag.</summary>
    public static void WriteState<T>(
        Utf8JsonWriter writer, bool hasNumericIds, FlagState<T> state, Action<Utf8JsonWriter, T> writeVariation)
    {
        writer.WriteStartObject();
        if (hasNumericIds)
            writer.WriteNumber("id", state.VariationId is { } id ? int.Parse(id, CultureInfo.InvariantCulture) : NoNumber);
        else
            writer.WriteString("id", state.VariationId ?? NoText);
        writer.WriteString("reason", state.Reason);
        writer.WritePropertyName("variation");
        writeVariation(writer, state.Value);
        writer.WriteString("keyName", state.FlagKey);
        writer.WriteString("name", state.FlagName);
        writer.WriteEndObject();
    }
}
