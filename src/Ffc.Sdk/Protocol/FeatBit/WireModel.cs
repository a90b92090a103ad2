namespace Ffc.Sdk.Protocol.FeatBit;

// Classes, because records would generate 15 KB of members that nobody calls.

/// <summary>A flag on the wire, with the wire's names. Every member may be missing.</summary>
internal sealed class WireFlag(
    ItemEnvelope envelope,
    string? name,
    string? key,
    string? variationType,
    WireVariation?[]? variations,
    WireTarget?[]? targetUsers,
    WireRule?[]? rules,
    bool? isEnabled,
    string? disabledVariationId,
    WireFallthrough? fallthrough,
    bool? exptIncludeAllTargets) : IWireItem
{
    public ItemEnvelope Envelope => envelope;

    public string? Name => name;

    public string? Key => key;

    public string? VariationType => variationType;

    public WireVariation?[]? Variations => variations;

    public WireTarget?[]? TargetUsers => targetUsers;

    public WireRule?[]? Rules => rules;

    public bool? IsEnabled => isEnabled;

    public string? DisabledVariationId => disabledVariationId;

    public WireFallthrough? Fallthrough => fallthrough;

    public bool? ExptIncludeAllTargets => exptIncludeAllTargets;
}

internal sealed class WireVariation(string? id, string? value)
{
    public string? Id => id;

    public string? Value => value;
}

internal sealed class WireTarget(string?[]? keyIds, string? variationId)
{
    public string?[]? KeyIds => keyIds;

    public string? VariationId => variationId;
}

internal sealed class WireRule(
    string? dispatchKey,
    bool? includedInExpt,
    WireCondition?[]? conditions,
    WireRollout?[]? variations)
{
    public string? DispatchKey => dispatchKey;

    public bool? IncludedInExpt => includedInExpt;

    public WireCondition?[]? Conditions => conditions;

    public WireRollout?[]? Variations => variations;
}

internal sealed class WireFallthrough(string? dispatchKey, bool? includedInExpt, WireRollout?[]? variations)
{
    public string? DispatchKey => dispatchKey;

    public bool? IncludedInExpt => includedInExpt;

    public WireRollout?[]? Variations => variations;
}

internal sealed class WireRollout(string? id, double[]? rollout, double? exptRollout)
{
    public string? Id => id;

    public double[]? Rollout => rollout;

    public double? ExptRollout => exptRollout;
}

internal sealed class WireCondition(string? property, string? op, string? value)
{
    public string? Property => property;

    public string? Op => op;

    public string? Value => value;
}

/// <summary>A segment on the wire.</summary>
internal sealed class WireSegment(
    ItemEnvelope envelope, string?[]? included, string?[]? excluded, WireSegmentRule?[]? rules) : IWireItem
{
    public ItemEnvelope Envelope => envelope;

    public string?[]? Included => included;

    public string?[]? Excluded => excluded;

    public WireSegmentRule?[]? Rules => rules;
}

internal sealed class WireSegmentRule(WireCondition?[]? conditions)
{
    public WireCondition?[]? Conditions => conditions;
}
