using System.Diagnostics;
using System.Runtime.CompilerServices;
using Ffc.Sdk.Evaluation;

namespace Ffc.Sdk.Telemetry;

/// <summary>
/// Records evaluations in a counter and as an event on the current span, by OpenTelemetry's semantic conventions for feature
/// flags. Users are personal data and are not recorded. Without a listener, it costs two comparisons.
/// </summary>
internal static class EvaluationTelemetry
{
    private const string EventName = "feature_flag.evaluation";
    private const string Key = "feature_flag.key";
    private const string Provider = "feature_flag.provider.name";
    private const string ProviderName = "ffc";
    private const string Variant = "feature_flag.result.variant";
    private const string Reason = "feature_flag.result.reason";
    private const string ErrorType = "error.type";

    // Not part of the conventions. FFC's reason is more precise.
    private const string FfcReason = "ffc.reason";

    private static bool HasListeners =>
        EvaluationInstruments.Evaluations.Enabled || EvaluationInstruments.Activities.HasListeners();

    /// <summary>Records that a flag was evaluated.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Evaluated(string key, in EvalResult result)
    {
        if (!HasListeners)
            return;

        if (result.Variation is { } variation)
            Record(key, ReasonOf(result), result.Reason, variation.Id, error: null);
        else
            Failed(key, EvaluationError.MalformedFlag, EvaluationReasons.ErrorInEvaluation);
    }

    /// <summary>Records that a flag could not be evaluated.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Failed(string? key, EvaluationError error, string reason)
    {
        if (HasListeners)
            Record(key ?? "", "error", reason, variant: null, ErrorOf(error));
    }

    private static string ReasonOf(in EvalResult result) => result switch
    {
        { Reason: EvaluationReasons.FlagOff or EvaluationReasons.PrerequisiteFailed } => "disabled",
        { IsSplit: true } => "split",
        { Reason: EvaluationReasons.TargetMatch or EvaluationReasons.RuleMatch } => "targeting_match",
        _ => "default",
    };

    private static string ErrorOf(EvaluationError error) => error switch
    {
        EvaluationError.ClientNotReady => "provider_not_ready",
        EvaluationError.FlagNotFound => "flag_not_found",
        EvaluationError.UserNotSpecified => "targeting_key_missing",
        EvaluationError.WrongType or EvaluationError.ReflectionDisabled => "type_mismatch",
        _ => "general",
    };

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Record(string key, string reason, string ffcReason, string? variant, string? error)
    {
        if (EvaluationInstruments.Evaluations.Enabled)
            Count(reason, ffcReason, error);
        if (!EvaluationInstruments.Activities.HasListeners() || Activity.Current is not { IsAllDataRequested: true } activity)
            return;

        var tags = new ActivityTagsCollection
        {
            [Key] = key,
            [Provider] = ProviderName,
            [Reason] = reason,
            [FfcReason] = ffcReason,
        };
        if (variant is not null)
            tags[Variant] = variant;
        if (error is not null)
            tags[ErrorType] = error;
        activity.AddEvent(new ActivityEvent(EventName, tags: tags));
    }

    private static void Count(string reason, string ffcReason, string? error)
    {
        var tags = new TagList { { Provider, ProviderName }, { Reason, reason }, { FfcReason, ffcReason } };
        if (error is not null)
            tags.Add(ErrorType, error);
        EvaluationInstruments.Evaluations.Add(1, tags);
    }
}
