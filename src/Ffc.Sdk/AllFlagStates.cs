using Ffc.Sdk.Evaluation;
using Ffc.Sdk.Flags;

namespace Ffc.Sdk;

/// <summary>What all flags answer for one user, as of one moment. Making it sends nothing; <see cref="Get"/> does. Thread-safe.</summary>
public sealed class AllFlagStates
{
    private readonly FfcClient? _client;
    private readonly FfcUser? _user;
    private readonly DataSet _data;
    private readonly EvalDetail<string>[] _details;

    internal AllFlagStates(string reason)
        : this(null, null, DataSet.Empty, []) => (Success, Message) = (false, reason);

    internal AllFlagStates(FfcClient? client, FfcUser? user, DataSet data, EvalDetail<string>[] details)
    {
        _client = client;
        _user = user;
        _data = data;
        _details = details;
    }

    /// <summary>Whether the flags were evaluated.</summary>
    public bool Success { get; } = true;

    /// <summary>
    /// <c>OK</c>, or why not: <see cref="EvaluationReasons.ClientNotReady"/>, <see cref="EvaluationReasons.UserNotSpecified"/> or
    /// <see cref="EvaluationReasons.ErrorInEvaluation"/>.
    /// </summary>
    public string Message { get; } = FfcClient.Ok;

    /// <summary>The newest time stamp in the data that answered, in unix milliseconds; 0 when there was none.</summary>
    public long DataVersion => _data.Version;

    /// <summary>The keys of all flags; empty when there are none.</summary>
    public IEnumerable<string> KeyNames => _details.Select(detail => detail.KeyName);

    /// <summary>All answers, in no particular order; empty when there are none. Reading them sends nothing.</summary>
    public IReadOnlyList<EvalDetail<string>> Data => _details;

    /// <summary>One flag's answer. Sends its event: call it where the user really meets the flag.</summary>
    /// <param name="key">The flag's key.</param>
    /// <returns>The answer; null when there is no such flag, or when the flags were not evaluated.</returns>
    /// <exception cref="ArgumentNullException">The key is null.</exception>
    public EvalDetail<string>? Get(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (_client is null || _user is null || _data.FlagByKey(key) is not { } flag)
            return null;

        // Evaluated anew on the same data: the same answer, this time with its events.
        return Detail(flag, _client.EvaluateAndRecord(_data, flag, _user));
    }

    internal static EvalDetail<string> Detail(Flag flag, in EvalResult evaluation) =>
        new(evaluation.Variation.LocalId, evaluation.Reason, evaluation.Variation.Text, flag.Key, flag.Name);
}
