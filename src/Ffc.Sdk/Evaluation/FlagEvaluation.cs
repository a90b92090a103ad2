using System.Text.Json;
using Ffc.Sdk.Flags;

namespace Ffc.Sdk.Evaluation;

/// <summary>
/// The result of evaluating a flag in the flag's own type, for protocols whose callers do not name a type. FFC flags do not
/// declare a type: the type is the narrowest that fits all variations of the flag.
/// </summary>
internal readonly struct FlagEvaluation
{
    private readonly Flag _flag;
    private readonly Variation? _variation;

    public FlagEvaluation(DataSet data, Flag flag, in EvalResult result)
    {
        _flag = flag;
        _variation = result.Variation;
        Reason = result.Reason;
        IsSplit = result.IsSplit;
        DataVersion = data.Version;
    }

    public string Key => _flag.Key;

    public string Name => _flag.Name;

    /// <summary>
    /// Whether the user's variation was deleted on the server. If so, there is neither a value nor a variation id.
    /// </summary>
    public bool IsMalformed => _variation is null;

    /// <summary>The id of the variation within its flag.</summary>
    public string VariationId => Variation.Id;

    /// <summary>One of <see cref="EvaluationReasons"/>.</summary>
    public string Reason { get; }

    /// <summary>Whether the result comes from a rollout that includes only some of the users.</summary>
    public bool IsSplit { get; }

    /// <summary>The newest timestamp in the data set, in Unix milliseconds.</summary>
    public long DataVersion { get; }

    private Variation Variation => _variation ?? throw new InvalidOperationException("The flag is malformed for this user.");

    /// <summary>Writes the value in the flag's own type.</summary>
    public void WriteValueTo(Utf8JsonWriter writer)
    {
        switch (_flag.ValueKind)
        {
            case FlagValueKind.Boolean when Variation.TryRead<bool>(out var boolean):
                writer.WriteBooleanValue(boolean);
                break;
            case FlagValueKind.Number:
                WriteNumberTo(writer);
                break;
            case FlagValueKind.Json:
                // The text was validated as JSON when the flag arrived.
                writer.WriteRawValue(Variation.Text, skipInputValidation: true);
                break;
            default:
                writer.WriteStringValue(Variation.Text);
                break;
        }
    }

    // The text may not be a JSON number: "+5", ".5" and "007" are numbers in every FFC SDK. A decimal keeps all digits of usual
    // numbers. Numbers that a decimal cannot represent, or would round to zero, are written as doubles.
    private void WriteNumberTo(Utf8JsonWriter writer)
    {
        Variation.TryRead<double>(out var number);
        if (Variation.TryRead<decimal>(out var exact) && (double)exact == number)
            writer.WriteNumberValue(exact);
        else
            writer.WriteNumberValue(number);
    }
}
