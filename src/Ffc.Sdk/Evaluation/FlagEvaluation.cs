using System.Text.Json;
using Ffc.Sdk.Flags;

namespace Ffc.Sdk.Evaluation;

/// <summary>
/// What a flag answers as the type that it has by itself, for protocols whose callers do not name one. FFC flags declare no type:
/// it is the narrowest that all of the flag's variations fit.
/// </summary>
internal readonly struct FlagEvaluation
{
    private readonly Flag _flag;
    private readonly Variation _variation;

    public FlagEvaluation(DataSet data, Flag flag, in EvalResult evaluation)
    {
        _flag = flag;
        _variation = evaluation.Variation;
        Reason = evaluation.Reason;
        IsSplit = evaluation.IsSplit;
        DataVersion = data.Version;
    }

    public string Key => _flag.Key;

    public string Name => _flag.Name;

    /// <summary>The id of the variation within its flag.</summary>
    public int VariationId => _variation.LocalId;

    /// <summary>One of <see cref="EvaluationReasons"/>.</summary>
    public string Reason { get; }

    /// <summary>Whether a rollout that takes only some of the users decided.</summary>
    public bool IsSplit { get; }

    /// <summary>The newest time stamp in the data that answered, in unix milliseconds.</summary>
    public long DataVersion { get; }

    /// <summary>Writes the value in the flag's own type.</summary>
    public void WriteValueTo(Utf8JsonWriter writer)
    {
        switch (_flag.ValueKind)
        {
            case FlagValueKind.Boolean when _variation.TryRead<bool>(out var boolean):
                writer.WriteBooleanValue(boolean);
                break;
            case FlagValueKind.Number:
                WriteNumberTo(writer);
                break;
            case FlagValueKind.Json:
                // Found to be JSON when the flag arrived.
                writer.WriteRawValue(_variation.Text, skipInputValidation: true);
                break;
            default:
                writer.WriteStringValue(_variation.Text);
                break;
        }
    }

    // The text itself may be no JSON number: "+5", ".5" and "007" are numbers to every FFC SDK. A decimal keeps all digits of
    // the usual ones; those it cannot hold, or would round away to nothing, are written as the double that they read as.
    private void WriteNumberTo(Utf8JsonWriter writer)
    {
        _variation.TryRead<double>(out var number);
        if (_variation.TryRead<decimal>(out var exact) && (double)exact == number)
            writer.WriteNumberValue(exact);
        else
            writer.WriteNumberValue(number);
    }
}
