using Ffc.Sdk.Evaluation;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace Ffc.Sdk.Telemetry;

/// <summary>
/// Tells of evaluations under OpenTelemetry's semantic conventions for feature flags: a counter, and on the current span an event.
/// Users are personal data and are not told of. Costs two comparisons where nobody listens.
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

    // Not of the conventions: the reason in FFC's own words, which tell more.
    private const string FfcReason = "ffc.reason";

    /// <summary>A flag was evaluated.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Evaluated(string key, in EvalResult evaluation)
    {
        if (IsListenedTo)
            Tell(key, ReasonOf(evaluation), evaluation.Reason, evaluation.Variation.LocalId.ToString(CultureInfo.InvariantCulture), error: null);
    }

    /// <summary>A flag could not be evaluated.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Failed(string? key, string fault)
    {
        if (IsListenedTo)
            Tell(key ?? "", "error", fault, variant: null, ErrorOf(fault));
    }

    private static bool IsListenedTo => Instruments.Evaluations.Enabled || Instruments.Activities.HasListeners();

    private static string ReasonOf(in EvalResult evaluation) => evaluation switch
    {
        { Reason: EvaluationReasons.FlagOff or EvaluationReasons.PrerequisiteFailed } => "disabled",
        { IsSplit: true } => "split",
        { Reason: EvaluationReasons.TargetMatch or EvaluationReasons.RuleMatch } => "targeting_match",
        _ => "default",
    };

    private static string ErrorOf(string fault) => fault switch
    {
        EvaluationReasons.ClientNotReady => "provider_not_ready",
        EvaluationReasons.FlagNotFound => "flag_not_found",
        EvaluationReasons.UserNotSpecified => "targeting_key_missing",
        EvaluationReasons.WrongType => "type_mismatch",
        _ => "general",
    };

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Tell(string key, string reason, string ffcReason, string? variant, string? error)
    {
        if (Instruments.Evaluations.Enabled)
            Count(reason, ffcReason, error);
        if (!Instruments.Activities.HasListeners() || Activity.Current is not { IsAllDataRequested: true } activity)
            return;

        var tags = new ActivityTagsCollection { [Key] = key, [Provider] = ProviderName, [Reason] = reason, [FfcReason] = ffcReason };
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
        Instruments.Evaluations.Add(1, tags);
    }
}
