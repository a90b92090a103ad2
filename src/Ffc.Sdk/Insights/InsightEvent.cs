using Ffc.Sdk.Flags;

namespace Ffc.Sdk.Insights;

/// <summary>An event that is sent to the server: an evaluation, or metrics of a user.</summary>
internal abstract record InsightEvent;

/// <summary>
/// The evaluation of a flag for a user. Evaluations of prerequisites form a chain. Each event refers to the event before it, so
/// that an evaluation without prerequisites allocates a single object.
/// </summary>
internal sealed record FlagEvent(
    FfcUser User,
    string FlagKey,
    Variation Variation,
    string Reason,
    bool SendToExperiment,
    long Timestamp,
    FlagEvent? Previous) : InsightEvent;

/// <summary>
/// Metrics of a user. The event itself contains the first metric, so that a single metric allocates a single object.
/// </summary>
internal sealed record MetricEvent(
    FfcUser User, string Name, double Value, long Timestamp, KeyValuePair<string, double>[]? More = null) : InsightEvent;
