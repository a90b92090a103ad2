namespace Ffc.Sdk;

/// <summary>The reasons of evaluations: the texts that all FFC SDKs and servers use.</summary>
public static class EvaluationReasons
{
    /// <summary>The client has no data yet. The default is returned.</summary>
    public const string ClientNotReady = "client not ready";

    /// <summary>The data contains no flag with this key. The default is returned.</summary>
    public const string FlagNotFound = "flag not found";

    /// <summary>The user is null. The default is returned.</summary>
    public const string UserNotSpecified = "user not specified";

    /// <summary>The flag's value is not of the requested type. The default is returned.</summary>
    public const string WrongType = "wrong type";

    /// <summary>
    /// The requested type can be read only with reflection, which the app disables, as trimmed apps do. The default is returned.
    /// </summary>
    public const string ReflectionDisabled = "reflection is disabled: pass a JsonTypeInfo";

    /// <summary>
    /// The flag is malformed, or the evaluation failed with an exception, which is logged. The default is returned.
    /// </summary>
    public const string ErrorInEvaluation = "error in evaluation";

    /// <summary>The flag is disabled.</summary>
    public const string FlagOff = "flag off";

    /// <summary>A prerequisite flag did not return the required variation.</summary>
    public const string PrerequisiteFailed = "prerequisite failed";

    /// <summary>The user is targeted individually, by key.</summary>
    public const string TargetMatch = "target match";

    /// <summary>The user matches a rule.</summary>
    public const string RuleMatch = "rule match";

    /// <summary>No target or rule matched; the default rollout applied.</summary>
    public const string FallThrough = "fall through all rules";

    internal static string For(EvaluationError error) => error switch
    {
        EvaluationError.ClientNotReady => ClientNotReady,
        EvaluationError.FlagNotFound => FlagNotFound,
        EvaluationError.UserNotSpecified => UserNotSpecified,
        EvaluationError.WrongType => WrongType,
        EvaluationError.ReflectionDisabled => ReflectionDisabled,
        _ => ErrorInEvaluation,
    };
}
