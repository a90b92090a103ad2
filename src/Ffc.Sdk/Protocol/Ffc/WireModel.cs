namespace Ffc.Sdk.Protocol.Ffc;

/// <summary>A flag on the wire, with the wire's names. Every member may be missing.</summary>
internal sealed record WireFlag(
    ItemEnvelope Envelope,
    bool? ExptIncludeAllRules,
    WireFlagInfo? Ff,
    WirePrerequisite[]? Ffp,
    WireRule[]? Fftuwmtr,
    WireTarget[]? TargetIndividuals,
    WireVariation[]? VariationOptions);

internal sealed record WireFlagInfo(
    string? Name,
    string? KeyName,
    string? Status,
    bool? IsDefaultRulePercentageRolloutsIncludedInExpt,
    WireRollout[]? DefaultRulePercentageRollouts,
    WireVariation? VariationOptionWhenDisabled);

internal sealed record WirePrerequisite(string? PrerequisiteFeatureFlagId, WireVariation? ValueOptionsVariationValue);

internal sealed record WireRule(
    bool? IsIncludedInExpt, WireClause?[]? RuleJsonContent, WireRollout[]? ValueOptionsVariationRuleValues);

internal sealed record WireTarget(WireIndividual[]? Individuals, WireVariation? ValueOption);

internal sealed record WireIndividual(string? KeyId);

internal sealed record WireVariation(int? LocalId, string? VariationValue);

internal sealed record WireRollout(double[]? RolloutPercentage, double? ExptRollout, WireVariation? ValueOption);

internal sealed record WireClause(string? Property, string? Operation, string? Value);

/// <summary>A segment on the wire.</summary>
internal sealed record WireSegment(
    ItemEnvelope Envelope,
    string?[]? Included,
    string?[]? Excluded,
    WireSegmentRule[]? Rules);

internal sealed record WireSegmentRule(WireClause?[]? RuleJsonContent);
