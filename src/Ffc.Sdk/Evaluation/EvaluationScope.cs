using System.Collections.Immutable;
using Ffc.Sdk.Flags;
using Ffc.Sdk.Insights;

namespace Ffc.Sdk.Evaluation;

/// <summary>What one evaluation carries along: the data and user it reads, and the events it leaves.</summary>
/// <param name="data">The data set that the whole evaluation sees.</param>
/// <param name="user">The user that is evaluated for.</param>
/// <param name="timestamp">When it happens, in unix milliseconds, for its events; null when none are wanted.</param>
internal ref struct EvaluationScope(DataSet data, FfcUser user, long? timestamp)
{
    public DataSet Data { get; } = data;

    public FfcUser User { get; } = user;

    /// <summary>The events so far, the last first; null when there are none.</summary>
    public FlagEvent? Trail { get; private set; }

    /// <summary>The flags of a prerequisite cycle that are being evaluated just now.</summary>
    public ImmutableStack<Flag> CyclePath { get; set; } = ImmutableStack<Flag>.Empty;

    public void Record(Flag flag, in Evaluation evaluation)
    {
        if (timestamp is { } time)
            Trail = new FlagEvent(User, flag.Key, evaluation.Variation, evaluation.Reason, evaluation.SendToExperiment, time, Trail);
    }
}
