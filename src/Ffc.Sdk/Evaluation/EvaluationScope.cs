using System.Runtime.CompilerServices;
using Ffc.Sdk.Flags;
using Ffc.Sdk.Insights;

namespace Ffc.Sdk.Evaluation;

/// <summary>The state of one evaluation, including its prerequisites: the data, the user and the events.</summary>
/// <param name="data">The data set that the complete evaluation reads.</param>
/// <param name="user">The user.</param>
/// <param name="timestamp">
/// The time of the evaluation for its events, in Unix milliseconds; null if no events are created.
/// </param>
internal ref struct EvaluationScope(DataSet data, FfcUser user, long? timestamp)
{
    // Far more than any real flag has. They are evaluated within a millisecond.
    private const int MaxPrerequisites = 1_000;

    private int _prerequisites;
    private HashSet<Flag>? _cyclePath;
    private FlagEvent? _lastEvent;

    public DataSet Data { get; } = data;

    public FfcUser User { get; } = user;

    /// <summary>The events as a chain, prerequisites first; null if there are none.</summary>
    public FlagEvent? Events { get; private set; }

    /// <summary>The number of events that were not created.</summary>
    public int OmittedEvents { get; private set; }

    /// <summary>The flags of a prerequisite cycle that are being evaluated.</summary>
    public HashSet<Flag> CyclePath => _cyclePath ??= [];

    /// <summary>The flag that failed because the limit on prerequisites was reached; null if it was not reached.</summary>
    public Flag? LimitReachedAt { get; private set; }

    /// <summary>
    /// Returns whether another prerequisite may be evaluated. The limit protects against data with a chain that exceeds the
    /// stack of a thread, and against data with too many paths to evaluate.
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
        if (result.Variation is not { } variation)
            return;

        if (timestamp is not { } time)
        {
            OmittedEvents++;
        }
        else
        {
            var item = new FlagEvent(User, flag.Key, variation, result.Reason, result.SendToExperiment, time);
            if (_lastEvent is null)
                Events = item;
            else
                _lastEvent.Next = item;
            _lastEvent = item;
        }
    }
}
