using System.Text.Json.Serialization.Metadata;
using Ffc.Sdk.Flags;
using Ffc.Sdk.Insights;
using Ffc.Sdk.Telemetry;
using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Evaluation;

/// <summary>Evaluates flags on the current data and records the events. Never throws and never waits.</summary>
internal sealed partial class FlagEvaluator(
    DataStore store, IInsightProcessor insights, EventClock clock, ILogger<FlagEvaluator> logger)
{
    private DataSet? _limitLoggedFor;
    private bool _hasLoggedNames;

    /// <summary>The current data, for several evaluations on one data set.</summary>
    public DataSet Data => store.Current;

    /// <summary>Evaluates a flag as a type, with its events.</summary>
    public TypedResult<T> Evaluate<T>(string? key, FfcUser? user, JsonTypeInfo<T>? typeInfo = null)
    {
        var result = EvaluateCore(key, user, typeInfo, record: true);
        if (result.Error == EvaluationError.None)
            EvaluationTelemetry.Evaluated(key!, result.Result);
        else
            EvaluationTelemetry.Failed(key, result.Error, result.Reason);
        return result;
    }

    /// <summary>Evaluates a flag as a type, without events and metrics.</summary>
    public TypedResult<T> EvaluateWithoutEvents<T>(string? key, FfcUser? user) =>
        EvaluateCore<T>(key, user, typeInfo: null, record: false);

    /// <summary>Evaluates a flag in the flag's own type, with its events. Call it only if there is data.</summary>
    /// <returns>
    /// The result, which is malformed if the user's variation was deleted; null if there is no flag with this key.
    /// </returns>
    public FlagEvaluation? Evaluate(string key, FfcUser user)
    {
        var data = store.Current;
        return data.FlagByKey(key) is { } flag ? new FlagEvaluation(data, flag, EvaluateAndRecord(data, flag, user)) : null;
    }

    /// <summary>
    /// Evaluates all flags as text, on one data set, without events. Flags that are malformed for the user have no result.
    /// </summary>
    public AllFlagStates EvaluateAll(FfcUser? user)
    {
        if (!store.HasFullData)
            return new AllFlagStates(EvaluationError.ClientNotReady);
        if (user is null)
            return new AllFlagStates(EvaluationError.UserNotSpecified);

        try
        {
            var data = store.Current;
            var states = new List<FlagState<string>>(data.Flags.Count);
            foreach (var flag in data.Flags)
            {
                if (AllFlagStates.StateOf(data, flag, EvaluateWithoutEvents(data, flag, user)) is { } state)
                    states.Add(state);
            }

            return new AllFlagStates(this, user, data, states);
        }
        catch (Exception exception)
        {
            LogEvaluationFailed(exception, "(all)");
            return new AllFlagStates(EvaluationError.MalformedFlag);
        }
    }

    /// <summary>Explains the evaluation of a flag, without events and metrics.</summary>
    public FlagExplanation Explain(string? key, FfcUser? user)
    {
        var data = store.Current;
        try
        {
            if (!store.HasFullData)
                return Failure(EvaluationError.ClientNotReady);
            if (key is null || data.FlagByKey(key) is not { } flag)
                return Failure(EvaluationError.FlagNotFound) with { Hints = [.. ExplanationHints.SimilarKeys(data, key)] };
            if (user is null)
                return Failure(EvaluationError.UserNotSpecified);

            return ExplanationBuilder.Explain(data, flag, user);
        }
        catch (Exception exception)
        {
            LogEvaluationFailed(exception, key);
            return Failure(EvaluationError.MalformedFlag);
        }

        FlagExplanation Failure(EvaluationError error) => new()
        {
            FlagKey = key ?? "",
            UserKey = user?.Key,
            Reason = EvaluationReasons.For(error),
            Error = error,
            DataVersion = data.Version,
        };
    }

    /// <summary>Evaluates a flag on a data set, with its events.</summary>
    public EvalResult EvaluateAndRecord(DataSet data, Flag flag, FfcUser user)
    {
        var scope = Scope(data, user, record: true);
        var result = Evaluator.Evaluate(ref scope, flag);
        Record(scope);
        EvaluationTelemetry.Evaluated(flag.Key, result);
        return result;
    }

    /// <summary>Evaluates a flag on a data set, without events and metrics.</summary>
    public EvalResult EvaluateWithoutEvents(DataSet data, Flag flag, FfcUser user)
    {
        var scope = Scope(data, user, record: false);
        var result = Evaluator.Evaluate(ref scope, flag);
        LogLimit(scope);
        return result;
    }

    private TypedResult<T> EvaluateCore<T>(string? key, FfcUser? user, JsonTypeInfo<T>? typeInfo, bool record)
    {
        try
        {
            if (!store.HasFullData)
                return TypedResult<T>.Failure(EvaluationError.ClientNotReady);

            var data = store.Current;
            if (key is null || data.FlagByKey(key) is not { } flag)
                return TypedResult<T>.Failure(EvaluationError.FlagNotFound);
            if (user is null)
                return TypedResult<T>.Failure(EvaluationError.UserNotSpecified);

            var scope = Scope(data, user, record);
            var result = Evaluator.Evaluate(ref scope, flag);
            if (result.Variation is not { } variation)
                return TypedResult<T>.Failure(EvaluationError.MalformedFlag);
            if (!variation.TryRead(out var value, typeInfo))
            {
                return TypedResult<T>.Failure(typeInfo is null && Variation.NeedsTypeInfo<T>()
                    ? EvaluationError.ReflectionDisabled
                    : EvaluationError.WrongType);
            }

            if (record)
                Record(scope);
            else
                LogLimit(scope);
            return TypedResult<T>.Success(value, flag, data.Version, result);
        }
        catch (Exception exception)
        {
            LogEvaluationFailed(exception, key);
            return TypedResult<T>.Failure(EvaluationError.MalformedFlag);
        }
    }

    private EvaluationScope Scope(DataSet data, FfcUser user, bool record)
    {
        if (user.ReservedCustom is not null && !Volatile.Read(ref _hasLoggedNames))
            LogNames(user.ReservedCustom.Keys);
        return new EvaluationScope(data, user, record && insights.HasRoom ? clock.Now : null);
    }

    private void Record(in EvaluationScope scope)
    {
        if (scope.Events is { } first)
            insights.Record(first);
        else if (scope.OmittedEvents > 0)
            insights.Lose(scope.OmittedEvents);
        LogLimit(scope);
    }

    // Once, because it is a fault of the code that creates the users.
    private void LogNames(IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            if (!ClauseText.BuiltIn.Contains(name, StringComparer.Ordinal) && !Interlocked.Exchange(ref _hasLoggedNames, true))
                LogBuiltInName(name);
        }
    }

    private void LogLimit(in EvaluationScope scope)
    {
        // Logged once per data set, because every evaluation of the flag reaches the limit.
        if (scope.LimitReachedAt is { } flag && Interlocked.Exchange(ref _limitLoggedFor, scope.Data) != scope.Data)
            LogTooManyPrerequisites(flag.Key);
    }

    [LoggerMessage(EventId = 12, Level = LogLevel.Error,
        Message = "Flag {FlagKey} could not be evaluated. The default was returned")]
    private partial void LogEvaluationFailed(Exception exception, string? flagKey);

    [LoggerMessage(EventId = 14, Level = LogLevel.Warning,
        Message = "A user has the custom property {Name}, which is a built-in property in another case. The built-in properties "
            + "are key, name, email and country; conditions on them do not use the custom property. This is logged once")]
    private partial void LogBuiltInName(string name);

    [LoggerMessage(EventId = 13, Level = LogLevel.Warning,
        Message = "Flag {FlagKey} needs too many prerequisite evaluations. It returned its off variation with the reason "
            + "'prerequisite failed'. This is logged once per data version")]
    private partial void LogTooManyPrerequisites(string flagKey);
}
