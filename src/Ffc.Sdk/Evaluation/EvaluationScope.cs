using System.Runtime.CompilerServices;
using Ffc.Sdk.Flags;
using Ffc.Sdk.Insights;

namespace Ffc.Sdk.Evaluation;

/// <summary>What one evaluation carries along: the data and user it reads, and the events it leaves.</summary>
/// <param name="data">The data set that the whole evaluation sees.</param>
/// <param name="user">The user that is evaluated for.</param>
/// <param name="timestamp">When it happens, in unix milliseconds, for its events; null when none are wanted.</param>
internal ref struct EvaluationScope(DataSet data, FfcUser user, long? timestamp)
{
    // Far beyond what anybody hangs on a flag on purpose, and done within milliseconds.
    private const int MaxDescents = 10_000;

    private int _descents;
    private HashSet<Flag>? _cyclePath;

    public DataSet Data { get; } = data;

    public FfcUser User { get; } = user;

    /// <summary>The events so far, the last first; null when there are none.</summary>
    public FlagEvent? Trail { get; private set; }

    /// <summary>The flags of a prerequisite cycle that are being evaluated just now.</summary>
    public HashSet<Flag> CyclePath => _cyclePath ??= [];

    /// <summary>
    /// Whether a flag's prerequisites may be looked at. They may hang on each other in as long a chain, and by as many ways, as
    /// somebody makes them; a thread's stack is not as deep, and no caller waits that long.
    /// </summary>
    public bool TryDescend() => ++_descents <= MaxDescents && RuntimeHelpers.TryEnsureSufficientExecutionStack();

    public void Record(Flag flag, in EvalResult evaluation)
    {
        if (timestamp is { } time)
            Trail = new FlagEvent(User, flag.Key, evaluation.Variation, evaluation.Reason, evaluation.SendToExperiment, time, Trail);
    }
}
