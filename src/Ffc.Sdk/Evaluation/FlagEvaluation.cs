using System.Text.Json;
using Ffc.Sdk.Flags;
using Ffc.Sdk.Internal;

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

    /// <summary>The value as text, as the server sent it.</summary>
    public string Text => Variation.Text;

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

    /// <summary>
    /// Returns the result in a format. Each result of a flag is written once and then cached with the flag, so that a response
    /// with many flags only copies bytes. This saves half of the processor time of such a response
    /// (<c>ofrep-throughput.sh bulk</c>).
    /// </summary>
    public ResultFragment FragmentFor(ResultFormat format)
    {
        var first = _flag.Fragments;
        for (var fragment = first; fragment is not null; fragment = fragment.Next)
        {
            if (fragment.Format == format && Has(fragment.Variation) && fragment.Reason == Reason && fragment.IsSplit == IsSplit)
                return fragment;
        }

        var utf8 = format.Write(this);
        var added = new ResultFragment
        {
            Format = format,
            Variation = _variation,
            Reason = Reason,
            IsSplit = IsSplit,
            Utf8 = utf8,
            Hash = ContentHash.Of(utf8),
            Next = first,
        };

        // If another thread was faster, its fragments are kept, and this one is added by a later request.
        _flag.TryAdd(added);
        return added;
    }

    // A flag can have the same variation as several objects.
    private bool Has(Variation? variation) =>
        variation == _variation
        || (variation is not null && variation.Id == _variation?.Id && variation.Text == _variation.Text);

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
