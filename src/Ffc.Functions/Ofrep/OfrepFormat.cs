using System.Buffers;
using System.Text.Json;
using Ffc.Functions.Api;
using Ffc.Sdk.Evaluation;

namespace Ffc.Functions.Ofrep;

/// <summary>
/// Writes results for bulk responses: without <see cref="OfrepEvaluation.EndOfResult"/>, which depends on the data set, or the
/// complete error of a malformed result.
/// </summary>
internal sealed class OfrepFormat : ResultFormat
{
    public static readonly OfrepFormat Instance = new();

    private OfrepFormat()
    {
    }

    public override byte[] Write(in FlagEvaluation evaluation)
    {
        var utf8 = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(utf8, JsonResponse.WriterOptions))
        {
            if (evaluation.IsMalformed)
                OfrepError.MalformedFlag().ForFlag(evaluation.Key).Write(writer);
            else
                OfrepEvaluation.Write(writer, evaluation, isStale: false);
        }

        return evaluation.IsMalformed
            ? utf8.WrittenSpan.ToArray()
            : utf8.WrittenSpan[..^OfrepEvaluation.EndOfResult(evaluation.DataVersion, isStale: false).Length].ToArray();
    }
}
