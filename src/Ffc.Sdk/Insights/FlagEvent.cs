using Ffc.Sdk.Flags;

namespace Ffc.Sdk.Insights;

/// <summary>
/// One flag evaluated for one user. An evaluation with prerequisites leaves a chain: each event points to the one before it,
/// so that the usual evaluation costs a single object.
/// </summary>
internal sealed record FlagEvent(
    FfcUser User,
    string FlagKey,
    Variation Variation,
    string Reason,
    bool SendToExperiment,
    long Timestamp,
    FlagEvent? Previous) : InsightEvent;
