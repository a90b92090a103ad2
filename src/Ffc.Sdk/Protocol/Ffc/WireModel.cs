namespace Ffc.Sdk.Protocol.Ffc;

// Classes, because records would generate 15 KB of members that nobody calls.

/// <summary>A flag on the wire, with the wire's names. Every member may be missing.</summary>
internal sealed class WireFlag(
    ItemEnvelope envelope,
    bool? exptIncludeAllRules,
    WireFlagInfo? ff,
    WirePrerequisite[]? ffp,
    WireRule[]? fftuwmtr,
    WireTarget[]? targetIndividuals,
    WireVariation[]? variationOptions) : IWireItem
{
    public ItemEnvelope Envelope => envelope;

    public bool? ExptIncludeAllRules => exptIncludeAllRules;

    public WireFlagInfo? Ff => ff;

    public WirePrerequisite[]? Ffp => ffp;

    public WireRule[]? Fftuwmtr => fftuwmtr;

    public WireTarget[]? TargetIndividuals => targetIndividuals;

    public WireVariation[]? VariationOptions => variationOptions;
}

internal sealed class WireFlagInfo(
    string? name,
    string? keyName,
    string? status,
    bool? isDefaultRulePercentageRolloutsIncludedInExpt,
    WireRollout[]? defaultRulePercentageRollouts,
    WireVariation? variationOptionWhenDisabled)
{
    public string? Name => name;

    public string? KeyName => keyName;

    public string? Status => status;

    public bool? IsDefaultRulePercentageRolloutsIncludedInExpt => isDefaultRulePercentageRolloutsIncludedInExpt;

    public WireRollout[]? DefaultRulePercentageRollouts => defaultRulePercentageRollouts;

    public WireVariation? VariationOptionWhenDisabled => variationOptionWhenDisabled;
}

internal sealed class WirePrerequisite(string? prerequisiteFeatureFlagId, WireVariation? valueOptionsVariationValue)
{
    public string? PrerequisiteFeatureFlagId => prerequisiteFeatureFlagId;

    public WireVariation? ValueOptionsVariationValue => valueOptionsVariationValue;
}

internal sealed class WireRule(
    bool? isIncludedInExpt,
    WireClause?[]? ruleJsonContent,
    WireRollout[]? valueOptionsVariationRuleValues)
{
    public bool? IsIncludedInExpt => isIncludedInExpt;

    public WireClause?[]? RuleJsonContent => ruleJsonContent;

    public WireRollout[]? ValueOptionsVariationRuleValues => valueOptionsVariationRuleValues;
}

internal sealed class WireTarget(WireIndividual[]? individuals, WireVariation? valueOption)
{
    public WireIndividual[]? Individuals => individuals;

    public WireVariation? ValueOption => valueOption;
}

internal sealed class WireIndividual(string? keyId)
{
    public string? KeyId => keyId;
}

internal sealed class WireVariation(int? localId, string? variationValue)
{
    public int? LocalId => localId;

    public string? VariationValue => variationValue;
}

internal sealed class WireRollout(double[]? rolloutPercentage, double? exptRollout, WireVariation? valueOption)
{
    public double[]? RolloutPercentage => rolloutPercentage;

    public double? ExptRollout => exptRollout;

    public WireVariation? ValueOption => valueOption;
}

internal sealed class WireClause(string? property, string? operation, string? value)
{
    public string? Property => property;

    public string? Operation => operation;

    public string? Value => value;
}

/// <summary>A segment on the wire.</summary>
internal sealed class WireSegment(
    ItemEnvelope envelope, string?[]? included, string?[]? excluded, WireSegmentRule[]? rules) : IWireItem
{
    public ItemEnvelope Envelope => envelope;

    public string?[]? Included => included;

    public string?[]? Excluded => excluded;

    public WireSegmentRule[]? Rules => rules;
}

internal sealed class WireSegmentRule(WireClause?[]? ruleJsonContent)
{
    public WireClause?[]? RuleJsonContent => ruleJsonContent;
}
