namespace Ffc.Sdk.Protocol;

/// <summary>What flags and segments have in common on the wire.</summary>
internal interface IWireItem
{
    string? Id { get; }

    long? Timestamp { get; }

    bool? IsArchived { get; }
}

/// <summary>A flag as servers send it. Names are the wire's; anything may be missing.</summary>
internal sealed record WireFlag(
    string? Id,
    bool? IsArchived,
    long? Timestamp,
    bool? ExptIncludeAllRules,
    WireFlagInfo? Ff,
    WirePrerequisite[]? Ffp,
    WireRule[]? Fftuwmtr,
    WireTarget[]? TargetIndividuals,
    WireVariation[]? VariationOptions) : IWireItem;

internal sealed record WireFlagInfo(
    string? Name,
    string? KeyName,
    string? Status,
    bool? IsDefaultRulePercentageRolloutsIncludedInExpt,
    WireRollout[]? DefaultRulePercentageRollouts,
    WireVariation? VariationOptionWhenDisabled);

internal sealed record WirePrerequisite(string? PrerequisiteFeatureFlagId, WireVariation? ValueOptionsVariationValue);

internal sealed record WireRule(bool? IsIncludedInExpt, WireClause?[]? RuleJsonContent, WireRollout[]? ValueOptionsVariationRuleValues);

internal sealed record WireTarget(WireIndividual[]? Individuals, WireVariation? ValueOption);

internal sealed record WireIndividual(string? KeyId);

internal sealed record WireVariation(int? LocalId, string? VariationValue);

internal sealed record WireRollout(double[]? RolloutPercentage, double? ExptRollout, WireVariation? ValueOption);

internal sealed record WireClause(string? Property, string? Operation, string? Value);

/// <summary>A segment as servers send it.</summary>
internal sealed record WireSegment(
    string? Id,
    bool? IsArchived,
    long? Timestamp,
    string?[]? Included,
    string?[]? Excluded,
    WireSegmentRule[]? Rules) : IWireItem;

internal sealed record WireSegmentRule(WireClause?[]? RuleJsonContent);
