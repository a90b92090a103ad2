namespace Ffc.Sdk;

/// <summary>Why an evaluation answered what it did: the texts that all FFC SDKs and servers use.</summary>
public static class EvaluationReasons
{
    /// <summary>The client has no data yet. The answer is the default.</summary>
    public const string ClientNotReady = "client not ready";

    /// <summary>The data holds no flag of that key. The answer is the default.</summary>
    public const string FlagNotFound = "flag not found";

    /// <summary>No user was given. The answer is the default.</summary>
    public const string UserNotSpecified = "user not specified";

    /// <summary>The variation does not read as the type asked for. The answer is the default.</summary>
    public const string WrongType = "wrong type";

    /// <summary>Something went wrong inside; the log tells what. The answer is the default.</summary>
    public const string ErrorInEvaluation = "error in evaluation";

    /// <summary>The flag is switched off.</summary>
    public const string FlagOff = "flag off";

    /// <summary>Another flag that this one hangs on does not give the user what it must.</summary>
    public const string PrerequisiteFailed = "prerequisite failed";

    /// <summary>The user is targeted by key.</summary>
    public const string TargetMatch = "target match";

    /// <summary>The user satisfies a rule.</summary>
    public const string RuleMatch = "rule match";

    /// <summary>Nothing said otherwise: the default rollout.</summary>
    public const string FallThrough = "fall through all rules";
}
