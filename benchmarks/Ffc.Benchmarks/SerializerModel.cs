using System.Text.Json.Serialization;

namespace Ffc.Benchmarks;

/// <summary>A model of the members that <c>WireReader</c> reads, for the source generator of System.Text.Json.</summary>
/// <remarks>The members have setters, because the serializer uses them faster than constructors.</remarks>
internal sealed class SerializerFlag
{
    public bool? ExptIncludeAllRules { get; set; }

    public SerializerFlagInfo? Ff { get; set; }

    public SerializerPrerequisite[]? Ffp { get; set; }

    public SerializerRule[]? Fftuwmtr { get; set; }

    public SerializerTarget[]? TargetIndividuals { get; set; }

    public SerializerVariation[]? VariationOptions { get; set; }
}

internal sealed class SerializerFlagInfo
{
    public string? Name { get; set; }

    public string? KeyName { get; set; }

    public string? Status { get; set; }

    public bool? IsDefaultRulePercentageRolloutsIncludedInExpt { get; set; }

    public SerializerRollout[]? DefaultRulePercentageRollouts { get; set; }

    public SerializerVariation? VariationOptionWhenDisabled { get; set; }
}

internal sealed class SerializerPrerequisite
{
    public string? PrerequisiteFeatureFlagId { get; set; }

    public SerializerVariation? ValueOptionsVariationValue { get; set; }
}

internal sealed class SerializerRule
{
    public bool? IsIncludedInExpt { get; set; }

    public SerializerClause[]? RuleJsonContent { get; set; }

    public SerializerRollout[]? ValueOptionsVariationRuleValues { get; set; }
}

internal sealed class SerializerClause
{
    public string? Property { get; set; }

    public string? Operation { get; set; }

    public string? Value { get; set; }
}

internal sealed class SerializerTarget
{
    public SerializerIndividual[]? Individuals { get; set; }

    public SerializerVariation? ValueOption { get; set; }
}

internal sealed class SerializerIndividual
{
    public string? KeyId { get; set; }
}

internal sealed class SerializerRollout
{
    public double[]? RolloutPercentage { get; set; }

    public double? ExptRollout { get; set; }

    public SerializerVariation? ValueOption { get; set; }
}

internal sealed class SerializerVariation
{
    public int? LocalId { get; set; }

    public string? VariationValue { get; set; }
}

/// <summary>Ignores the case of member names, as <c>WireReader</c> does.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    PropertyNameCaseInsensitive = true,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(SerializerFlag))]
internal sealed partial class SerializerContext : JsonSerializerContext;
