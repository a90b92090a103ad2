using Ffc.Sdk.Evaluation;
using Ffc.Sdk.Flags;

namespace Ffc.Sdk;

/// <summary>
/// The results of evaluating all flags for one user on one data set. The evaluation sends no events; <see cref="Get"/> sends the
/// event of one flag. A flag that is malformed for the user, because the user's variation was deleted on the server, has no
/// result. Thread-safe.
/// </summary>
public sealed class AllFlagStates
{
    private readonly FlagEvaluator? _evaluator;
    private readonly FfcUser? _user;
    private readonly DataSet _data = DataSet.Empty;
    private readonly IReadOnlyList<FlagState<string>> _states = [];

    internal AllFlagStates(EvaluationError error) => Error = error;

    internal AllFlagStates(FlagEvaluator evaluator, FfcUser user, DataSet data, IReadOnlyList<FlagState<string>> states)
    {
        _evaluator = evaluator;
        _user = user;
        _data = data;
        _states = states;
    }

    /// <summary>
    /// Whether the flags were evaluated. If not, there are no results, and <see cref="Error"/> states the reason.
    /// </summary>
    public bool Success => Error == EvaluationError.None;

    /// <summary>Why the flags were not evaluated; <see cref="EvaluationError.None"/> if they were.</summary>
    public EvaluationError Error { get; }

    /// <summary>The newest timestamp in the data set, in Unix milliseconds; 0 if there is none.</summary>
    public long DataVersion => _data.Version;

    /// <summary>The keys of all flags; empty if there are none.</summary>
    public IEnumerable<string> Keys => _states.Select(state => state.FlagKey);

    /// <summary>All results, in no particular order; empty if there are none. Reading them sends no events.</summary>
    public IReadOnlyList<FlagState<string>> States => _states;

    /// <summary>Gets the result of one flag and sends its event. Call it when the app uses the flag for the user.</summary>
    /// <param name="key">The flag's key.</param>
    /// <returns>
    /// The result; null if there is no flag with this key, if it is malformed, or if the flags were not evaluated.
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public FlagState<string>? Get(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (_evaluator is null || _user is null || _data.FlagByKey(key) is not { } flag)
            return null;

        // A second evaluation on the same data set returns the same result and creates the events.
        return StateOf(_data, flag, _evaluator.EvaluateAndRecord(_data, flag, _user));
    }

    internal static FlagState<string>? StateOf(DataSet data, Flag flag, in EvalResult result)
    {
        if (result.Variation is not { } variation)
            return null;

        return new FlagState<string>
        {
            Value = variation.Text,
            Reason = result.Reason,
            VariationId = variation.Id,
            IsSplit = result.IsSplit,
            DataVersion = data.Version,
            FlagKey = flag.Key,
            FlagName = flag.Name,
        };
    }
}
