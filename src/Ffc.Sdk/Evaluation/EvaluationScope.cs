using System.Runtime.CompilerServices;
using Ffc.Sdk.Flags;
using Ffc.Sdk.Insights;

namespace Ffc.Sdk.Evaluation;

/// <summary>
/// The state of one evaluation, prerequisites included: the data and the user it reads, and the events it creates.
/// </summary>
/// <param name="data">The data set that the whole evaluation reads.</param>
/// <param name="user">The user.</param>
/// <param name="timestamp">The time of the evaluation for its events, in Unix milliseconds; null if no events are wanted.</param>
internal ref struct EvaluationScope(DataSet data, FfcUser user, long? timestamp)
{
    // Far more than any real flag has, and evaluated within a millisecond.
    private const int MaxPrerequisites = 1_000;

    private int _prerequisites;
    private HashSet<Flag>? _cyclePath;

    public DataSet Data { get; } = data;

    public FfcUser User { get; } = user;

    /// <summary>The events so far, the last first, as a chain; null when there are none.</summary>
    public FlagEvent? Events { get; private set; }

    /// <summary>The flags of a prerequisite cycle that are being evaluated.</summary>
    public HashSet<Flag> CyclePath => _cyclePath ??= [];

    /// <summary>
    /// The flag at which the limit on prerequisites was reached, so that it failed; null if it was not reached.
    /// </summary>
    public Flag? LimitReachedAt { get; private set; }

    /// <summary>
    /// Whether one more prerequisite may be evaluated. Prerequisites are data: a chain can be longer than a thread's stack is
    /// deep, and there can be more paths through them than any caller waits for.
    /// </summary>
    public bool TryEnterPrerequisite(Flag flag)
    {
        if (++_prerequisites <= MaxPrerequisites && RuntimeHelpers.TryEnsureSufficientExecutionStack())
            return true;

        LimitReachedAt ??= flag;
        return false;
    }

    public void Record(Flag flag, in EvalResult result)
    {
        if (timestamp is { } time && result.Variation is { } variation)
            Events = new FlagEvent(User, flag.Key, variation, result.Reason, result.SendToExperiment, time, Events);
    }
}
