using System.Text.Json;

namespace Ffc.Sdk.Protocol.Ffc;

/// <summary>
/// Reads flags and segments from JSON by hand. A serializer does the same in three times the time, and before its first item takes
/// as long again to make itself ready, which is time of every cold start.
/// </summary>
internal static partial class WireReader
{
    /// <summary>Reads what tells the item that the reader stands on from others, and steps over the rest of it.</summary>
    /// <exception cref="JsonException">The JSON is broken, or one of these is of the wrong type, which the exception's path names.</exception>
    /// <exception cref="InvalidOperationException">A string is no valid text.</exception>
    public static (string? Id, long? Version, bool? IsArchived) ReadEnvelope(ref Utf8JsonReader reader)
    {
        if (!Begin(ref reader, "item"))
            return default;

        string? id = null;
        long? timestamp = null;
        bool? isArchived = null;
        while (Next(ref reader, out var name))
        {
            if (Is(name, "id"u8))
                id = Text(ref reader, "id");
            else if (Is(name, "timestamp"u8))
                timestamp = Long(ref reader, "timestamp");
            else if (Is(name, "isArchived"u8))
                isArchived = Bool(ref reader, "isArchived");
            else
                reader.Skip();
        }

        return (id, timestamp, isArchived);
    }

    /// <summary>Reads the flag that the reader stands on. Null for JSON's null.</summary>
    /// <exception cref="JsonException">The JSON is broken, or a member is of the wrong type, which the exception's path names.</exception>
    /// <exception cref="InvalidOperationException">A string is no valid text.</exception>
    public static WireFlag? ReadFlag(ref Utf8JsonReader reader)
    {
        if (!Begin(ref reader, "item"))
            return null;

        bool? experiment = null;
        WireFlagInfo? info = null;
        WirePrerequisite[]? prerequisites = null;
        WireRule[]? rules = null;
        WireTarget[]? targets = null;
        WireVariation[]? variations = null;
        while (Next(ref reader, out var name))
        {
            if (Is(name, "exptIncludeAllRules"u8))
                experiment = Bool(ref reader, "exptIncludeAllRules");
            else if (Is(name, "ff"u8))
                info = Info(ref reader);
            else if (Is(name, "ffp"u8))
                prerequisites = Array(ref reader, "ffp", Prerequisite);
            else if (Is(name, "fftuwmtr"u8))
                rules = Array(ref reader, "fftuwmtr", Rule);
            else if (Is(name, "targetIndividuals"u8))
                targets = Array(ref reader, "targetIndividuals", Target);
            else if (Is(name, "variationOptions"u8))
                variations = Array(ref reader, "variationOptions", Variation);
            else
                reader.Skip();
        }

        return new WireFlag(experiment, info, prerequisites, rules, targets, variations);
    }

    /// <summary>Reads the segment that the reader stands on. Null for JSON's null.</summary>
    /// <inheritdoc cref="ReadFlag"/>
    public static WireSegment? ReadSegment(ref Utf8JsonReader reader)
    {
        if (!Begin(ref reader, "item"))
            return null;

        string?[]? included = null, excluded = null;
        WireSegmentRule[]? rules = null;
        while (Next(ref reader, out var name))
        {
            if (Is(name, "included"u8))
                included = Array(ref reader, "included", UserKey);
            else if (Is(name, "excluded"u8))
                excluded = Array(ref reader, "excluded", UserKey);
            else if (Is(name, "rules"u8))
                rules = Array(ref reader, "rules", SegmentRule);
            else
                reader.Skip();
        }

        return new WireSegment(included, excluded, rules);
    }

    private static WireFlagInfo? Info(ref Utf8JsonReader reader)
    {
        if (!Begin(ref reader, "ff"))
            return null;

        string? title = null, key = null, status = null;
        bool? experiment = null;
        WireRollout[]? rollouts = null;
        WireVariation? off = null;
        while (Next(ref reader, out var name))
        {
            if (Is(name, "name"u8))
                title = Text(ref reader, "ff.name");
            else if (Is(name, "keyName"u8))
                key = Text(ref reader, "ff.keyName");
            else if (Is(name, "status"u8))
                status = Text(ref reader, "ff.status");
            else if (Is(name, "isDefaultRulePercentageRolloutsIncludedInExpt"u8))
                experiment = Bool(ref reader, "ff.isDefaultRulePercentageRolloutsIncludedInExpt");
            else if (Is(name, "defaultRulePercentageRollouts"u8))
                rollouts = Array(ref reader, "ff.defaultRulePercentageRollouts", Rollout);
            else if (Is(name, "variationOptionWhenDisabled"u8))
                off = Variation(ref reader);
            else
                reader.Skip();
        }

        return new WireFlagInfo(title, key, status, experiment, rollouts, off);
    }

    private static WirePrerequisite? Prerequisite(ref Utf8JsonReader reader)
    {
        if (!Begin(ref reader, "ffp"))
            return null;

        string? id = null;
        WireVariation? variation = null;
        while (Next(ref reader, out var name))
        {
            if (Is(name, "prerequisiteFeatureFlagId"u8))
                id = Text(ref reader, "ffp.prerequisiteFeatureFlagId");
            else if (Is(name, "valueOptionsVariationValue"u8))
                variation = Variation(ref reader);
            else
                reader.Skip();
        }

        return new WirePrerequisite(id, variation);
    }

    private static WireRule? Rule(ref Utf8JsonReader reader)
    {
        if (!Begin(ref reader, "fftuwmtr"))
            return null;

        bool? experiment = null;
        WireClause[]? clauses = null;
        WireRollout[]? rollouts = null;
        while (Next(ref reader, out var name))
        {
            if (Is(name, "isIncludedInExpt"u8))
                experiment = Bool(ref reader, "fftuwmtr.isIncludedInExpt");
            else if (Is(name, "ruleJsonContent"u8))
                clauses = Array(ref reader, "fftuwmtr.ruleJsonContent", Clause);
            else if (Is(name, "valueOptionsVariationRuleValues"u8))
                rollouts = Array(ref reader, "fftuwmtr.valueOptionsVariationRuleValues", Rollout);
            else
                reader.Skip();
        }

        return new WireRule(experiment, clauses, rollouts);
    }

    private static WireSegmentRule? SegmentRule(ref Utf8JsonReader reader)
    {
        if (!Begin(ref reader, "rules"))
            return null;

        WireClause[]? clauses = null;
        while (Next(ref reader, out var name))
        {
            if (Is(name, "ruleJsonContent"u8))
                clauses = Array(ref reader, "rules.ruleJsonContent", Clause);
            else
                reader.Skip();
        }

        return new WireSegmentRule(clauses);
    }

    private static WireClause? Clause(ref Utf8JsonReader reader)
    {
        if (!Begin(ref reader, "ruleJsonContent"))
            return null;

        string? property = null, operation = null, value = null;
        while (Next(ref reader, out var name))
        {
            if (Is(name, "property"u8))
                property = Text(ref reader, "ruleJsonContent.property");
            else if (Is(name, "operation"u8))
                operation = Text(ref reader, "ruleJsonContent.operation");
            else if (Is(name, "value"u8))
                value = Text(ref reader, "ruleJsonContent.value");
            else
                reader.Skip();
        }

        return new WireClause(property, operation, value);
    }

    private static WireTarget? Target(ref Utf8JsonReader reader)
    {
        if (!Begin(ref reader, "targetIndividuals"))
            return null;

        WireIndividual[]? individuals = null;
        WireVariation? variation = null;
        while (Next(ref reader, out var name))
        {
            if (Is(name, "individuals"u8))
                individuals = Array(ref reader, "targetIndividuals.individuals", Individual);
            else if (Is(name, "valueOption"u8))
                variation = Variation(ref reader);
            else
                reader.Skip();
        }

        return new WireTarget(individuals, variation);
    }

    private static WireIndividual? Individual(ref Utf8JsonReader reader)
    {
        if (!Begin(ref reader, "individuals"))
            return null;

        string? key = null;
        while (Next(ref reader, out var name))
        {
            if (Is(name, "keyId"u8))
                key = Text(ref reader, "individuals.keyId");
            else
                reader.Skip();
        }

        return new WireIndividual(key);
    }

    private static WireRollout? Rollout(ref Utf8JsonReader reader)
    {
        if (!Begin(ref reader, "rollout"))
            return null;

        double[]? percentages = null;
        double? experiment = null;
        WireVariation? variation = null;
        while (Next(ref reader, out var name))
        {
            if (Is(name, "rolloutPercentage"u8))
                percentages = Doubles(ref reader, "rolloutPercentage");
            else if (Is(name, "exptRollout"u8))
                experiment = reader.TokenType == JsonTokenType.Null ? null : Double(ref reader, "exptRollout");
            else if (Is(name, "valueOption"u8))
                variation = Variation(ref reader);
            else
                reader.Skip();
        }

        return new WireRollout(percentages, experiment, variation);
    }

    private static WireVariation? Variation(ref Utf8JsonReader reader)
    {
        if (!Begin(ref reader, "variation"))
            return null;

        int? localId = null;
        string? value = null;
        while (Next(ref reader, out var name))
        {
            if (Is(name, "localId"u8))
                localId = Int(ref reader, "localId");
            else if (Is(name, "variationValue"u8))
                value = Text(ref reader, "variationValue");
            else
                reader.Skip();
        }

        return new WireVariation(localId, value);
    }
}
