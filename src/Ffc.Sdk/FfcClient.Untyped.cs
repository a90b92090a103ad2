using Ffc.Sdk.Evaluation;

namespace Ffc.Sdk;

/// <summary>What protocols need whose callers name no type. They ask <see cref="Initialized"/> first.</summary>
public sealed partial class FfcClient
{
    /// <summary>Whether the data in force is a snapshot's, which the server has not confirmed yet.</summary>
    internal bool IsStale => _data.Source == FlagDataSource.Snapshot;

    /// <summary>Evaluates one flag, with its events.</summary>
    /// <returns>The answer; null when there is no flag of that key.</returns>
    internal FlagEvaluation? EvaluateUntyped(string key, FfcUser user)
    {
        var data = _store.Current;
        return data.FlagByKey(key) is { } flag ? new FlagEvaluation(data, flag, EvaluateAndRecord(data, flag, user)) : null;
    }

    /// <summary>Evaluates all flags on the same data.</summary>
    /// <param name="user">The user that is evaluated for.</param>
    /// <param name="record">Whether the evaluations leave their events.</param>
    /// <returns>The answers, in the ordinal order of the keys, so that all instances agree; and the version of the data.</returns>
    internal (FlagEvaluation[] Evaluations, long DataVersion) EvaluateAllUntyped(FfcUser user, bool record)
    {
        var data = _store.Current;
        var flags = data.FlagsInOrder;
        var evaluations = new FlagEvaluation[flags.Length];
        for (var i = 0; i < flags.Length; i++)
        {
            var flag = flags[i];
            evaluations[i] = new FlagEvaluation(
                data, flag, record ? EvaluateAndRecord(data, flag, user) : EvaluateQuietly(data, flag, user));
        }

        return (evaluations, data.Version);
    }
}
