using System.Buffers;
using System.Text.Json;
using Ffc.Sdk;
using Ffc.Sdk.Evaluation;

namespace Ffc.Functions.Api;

/// <summary>Writes results as flag states whose values are text. Malformed results have no state.</summary>
internal sealed class FlagStateFormat : ResultFormat
{
    private static readonly FlagStateFormat NumericIds = new(hasNumericIds: true);
    private static readonly FlagStateFormat TextIds = new(hasNumericIds: false);

    private readonly bool _hasNumericIds;

    private FlagStateFormat(bool hasNumericIds) => _hasNumericIds = hasNumericIds;

    public static FlagStateFormat Of(FfcClient client) => client.HasNumericVariationIds ? NumericIds : TextIds;

    public override byte[] Write(in FlagEvaluation evaluation)
    {
        var state = new FlagState<string>
        {
            Value = evaluation.Text,
            Reason = evaluation.Reason,
            VariationId = evaluation.VariationId,
            FlagKey = evaluation.Key,
            FlagName = evaluation.Name,
        };
        var utf8 = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(utf8, JsonResponse.WriterOptions))
            FlagStateJson.WriteState(writer, _hasNumericIds, state, static (writer, value) => writer.WriteStringValue(value));
        return utf8.WrittenSpan.ToArray();
    }
}
