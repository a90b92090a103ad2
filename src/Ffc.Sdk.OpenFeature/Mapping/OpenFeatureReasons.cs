namespace Ffc.Sdk.OpenFeature.Mapping;

/// <summary>Maps reasons of evaluations to reasons of OpenFeature. The OFREP functions compile this file as well.</summary>
internal static class OpenFeatureReasons
{
    /// <summary>The reason of a flag that was evaluated.</summary>
    /// <param name="reason">One of <see cref="EvaluationReasons"/>.</param>
    /// <param name="isSplit">Whether the value comes from a rollout that includes only some of the users.</param>
    public static string For(string reason, bool isSplit) => reason switch
    {
        // OpenFeature has no reason for a failed prerequisite. The metadata contains the exact reason.
        EvaluationReasons.FlagOff or EvaluationReasons.PrerequisiteFailed => "DISABLED",
        _ when isSplit => "SPLIT",
        EvaluationReasons.FallThrough => "DEFAULT",
        _ => "TARGETING_MATCH",
    };
}
