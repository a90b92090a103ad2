namespace Ffc.Sdk.Protocol.FeatBit;

/// <summary>A flag on the wire, with the wire's names. Every member may be missing.</summary>
internal sealed record WireFlag(
    ItemEnvelope Envelope,
    string? Name,
    string? Key,
    string? VariationType,
    WireVariation?[]? Variations,
    WireTarget?[]? TargetUsers,
    WireRule?[]? Rules,
    bool? IsEnabled,
    string? DisabledVariationId,
    WireFallthrough? Fallthrough,
    bool? ExptIncludeAllTargets);

internal sealed record WireVariation(string? Id, string? Value);

internal sealed record WireTarget(string?[]? KeyIds, string? VariationId);

internal sealed record WireRule(
    string? DispatchKey, bool? IncludedInExpt, WireCondition?[]? Conditions, WireRollout?[]? Variations);

internal sealed record WireFallthrough(string? DispatchKey, bool? IncludedInExpt, WireRollout?[]? Variations);

internal sealed record WireRollout(string? Id, double[]? Rollout, double? ExptRollout);

internal sealed record WireCondition(string? Property, string? Op, string? Value);

/// <summary>A segment on the wire.</summary>
internal sealed record WireSegment(
    ItemEnvelope Envelope, string?[]? Included, string?[]? Excluded, WireSegmentRule?[]? Rules);

internal sealed record WireSegmentRule(WireCondition?[]? Conditions);
