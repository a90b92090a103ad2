using System.Text.Json;
using Ffc.Sdk.Flags;
using static Ffc.Sdk.Protocol.WireValueReader;

namespace Ffc.Sdk.Protocol.Ffc;

/// <summary>
/// Reads flags and segments from JSON. Hand-written, because a source-generated serializer takes about twice as long
/// (<c>WireReaderBenchmarks</c>) and would delay every cold start (<c>WireReaderStartBenchmarks</c>).
/// <c>TrySkip</c> is false only at the end of an item that has not arrived completely; <c>Skip</c> accepts no such items.
/// </summary>
internal static class WireReader
{
    /// <inheritdoc cref="WireFormat.ReadEnvelope"/>
    public static ItemEnvelope ReadEnvelope(ref Utf8JsonReader reader)
    {
        var envelope = default(ItemEnvelope);
        if (!Begin(ref reader))
            return envelope;

        while (Next(ref reader, out var name))
        {
            if (!ReadEnvelopeMember(ref reader, name, ref envelope))
                reader.TrySkip();
        }

        return envelope;
    }

    /// <summary>Reads a flag.</summary>
    /// <exception cref="FormatException">
    /// A member has the wrong type, or text that is not valid; the message names the member.
    /// </exception>
    public static WireFlag Parse(IncomingItem<Flag> item) => (WireFlag?)item.Wire ?? ReadItem(item.Json.Span, ReadFlag);

    /// <summary>Reads a segment.</summary>
    /// <inheritdoc cref="Parse(IncomingItem{Flag})"/>
    public static WireSegment Parse(IncomingItem<Segment> item) =>
        (WireSegment?)item.Wire ?? ReadItem(item.Json.Span, ReadSegment);

    /// <summary>Reads the flag at the reader's position, see <see cref="WireFormat.ReadFlag"/>.</summary>
    public static WireFlag? ReadFlag(ref Utf8JsonReader reader)
    {
        if (!Begin(ref reader))
            return null;

        var envelope = default(ItemEnvelope);
        bool? experiment = null;
        WireFlagInfo? info = null;
        WirePrerequisite[]? prerequisites = null;
        WireRule[]? rules = null;
        WireTarget[]? targets = null;
        WireVariation[]? variations = null;
        while (Next(ref reader, out var name))
        {
            if (Is(name, "exptIncludeAllRules"u8))
                experiment = Bool(ref reader);
            else if (Is(name, "ff"u8))
                info = Info(ref reader);
            else if (Is(name, "ffp"u8))
                prerequisites = Array(ref reader, Prerequisite);
            else if (Is(name, "fftuwmtr"u8))
                rules = Array(ref reader, Rule);
            else if (Is(name, "targetIndividuals"u8))
                targets = Array(ref reader, Target);
            else if (Is(name, "variationOptions"u8))
                variations = Array(ref reader, Variation);
            else if (!ReadEnvelopeMember(ref reader, name, ref envelope))
                reader.TrySkip();
        }

        return new WireFlag(envelope, experiment, info, prerequisites, rules, targets, variations);
    }

    /// <summary>Reads the segment at the reader's position, see <see cref="WireFormat.ReadSegment"/>.</summary>
    public static WireSegment? ReadSegment(ref Utf8JsonReader reader)
    {
        if (!Begin(ref reader))
            return null;

        var envelope = default(ItemEnvelope);
        string?[]? included = null, excluded = null;
        WireSegmentRule[]? rules = null;
        while (Next(ref reader, out var name))
        {
            if (Is(name, "included"u8))
                included = Array(ref reader, UserKey);
            else if (Is(name, "excluded"u8))
                excluded = Array(ref reader, UserKey);
            else if (Is(name, "rules"u8))
                rules = Array(ref reader, SegmentRule);
            else if (!ReadEnvelopeMember(ref reader, name, ref envelope))
                reader.TrySkip();
        }

        return new WireSegment(envelope, included, excluded, rules);
    }

    private static bool ReadEnvelopeMember(
        ref Utf8JsonReader reader, scoped ReadOnlySpan<byte> name, ref ItemEnvelope envelope)
    {
        if (Is(name, "id"u8))
            envelope.Id = Text(ref reader);
        else if (Is(name, "timestamp"u8))
            envelope.Version = Long(ref reader);
        else if (Is(name, "isArchived"u8))
            envelope.IsArchived = Bool(ref reader);
        else
            return false;
        return true;
    }

    private static string? UserKey(ref Utf8JsonReader reader) => Text(ref reader);

    private static WireFlagInfo? Info(ref Utf8JsonReader reader)
    {
        if (!Begin(ref reader))
            return null;

        string? title = null, key = null, status = null;
        bool? experiment = null;
        WireRollout[]? rollouts = null;
        WireVariation? off = null;
        while (Next(ref reader, out var name))
        {
            if (Is(name, "name"u8))
                title = Text(ref reader);
            else if (Is(name, "keyName"u8))
                key = Text(ref reader);
            else if (Is(name, "status"u8))
                status = Text(ref reader);
            else if (Is(name, "isDefaultRulePercentageRolloutsIncludedInExpt"u8))
                experiment = Bool(ref reader);
            else if (Is(name, "defaultRulePercentageRollouts"u8))
                rollouts = Array(ref reader, Rollout);
            else if (Is(name, "variationOptionWhenDisabled"u8))
                off = Variation(ref reader);
            else
                reader.TrySkip();
        }

        return new WireFlagInfo(title, key, status, experiment, rollouts, off);
    }

    private static WirePrerequisite? Prerequisite(ref Utf8JsonReader reader)
    {
        if (!Begin(ref reader))
            return null;

        string? id = null;
        WireVariation? variation = null;
        while (Next(ref reader, out var name))
        {
            if (Is(name, "prerequisiteFeatureFlagId"u8))
                id = Text(ref reader);
            else if (Is(name, "valueOptionsVariationValue"u8))
                variation = Variation(ref reader);
            else
                reader.TrySkip();
        }

        return new WirePrerequisite(id, variation);
    }

    private static WireRule? Rule(ref Utf8JsonReader reader)
    {
        if (!Begin(ref reader))
            return null;

        bool? experiment = null;
        WireClause[]? clauses = null;
        WireRollout[]? rollouts = null;
        while (Next(ref reader, out var name))
        {
            if (Is(name, "isIncludedInExpt"u8))
                experiment = Bool(ref reader);
            else if (Is(name, "ruleJsonContent"u8))
                clauses = Array(ref reader, Clause);
            else if (Is(name, "valueOptionsVariationRuleValues"u8))
                rollouts = Array(ref reader, Rollout);
            else
                reader.TrySkip();
        }

        return new WireRule(experiment, clauses, rollouts);
    }

    private static WireSegmentRule? SegmentRule(ref Utf8JsonReader reader)
    {
        if (!Begin(ref reader))
            return null;

        WireClause[]? clauses = null;
        while (Next(ref reader, out var name))
        {
            if (Is(name, "ruleJsonContent"u8))
                clauses = Array(ref reader, Clause);
            else
                reader.TrySkip();
        }

        return new WireSegmentRule(clauses);
    }

    private static WireClause? Clause(ref Utf8JsonReader reader)
    {
        if (!Begin(ref reader))
            return null;

        string? property = null, operation = null, value = null;
        while (Next(ref reader, out var name))
        {
            if (Is(name, "property"u8))
                property = Text(ref reader);
            else if (Is(name, "operation"u8))
                operation = Text(ref reader);
            else if (Is(name, "value"u8))
                value = Text(ref reader);
            else
                reader.TrySkip();
        }

        return new WireClause(property, operation, value);
    }

    private static WireTarget? Target(ref Utf8JsonReader reader)
    {
        if (!Begin(ref reader))
            return null;

        WireIndividual[]? individuals = null;
        WireVariation? variation = null;
        while (Next(ref reader, out var name))
        {
            if (Is(name, "individuals"u8))
                individuals = Array(ref reader, Individual);
            else if (Is(name, "valueOption"u8))
                variation = Variation(ref reader);
            else
                reader.TrySkip();
        }

        return new WireTarget(individuals, variation);
    }

    private static WireIndividual? Individual(ref Utf8JsonReader reader)
    {
        if (!Begin(ref reader))
            return null;

        string? key = null;
        while (Next(ref reader, out var name))
        {
            if (Is(name, "keyId"u8))
                key = Text(ref reader);
            else
                reader.TrySkip();
        }

        return new WireIndividual(key);
    }

    private static WireRollout? Rollout(ref Utf8JsonReader reader)
    {
        if (!Begin(ref reader))
            return null;

        double[]? percentages = null;
        double? experiment = null;
        WireVariation? variation = null;
        while (Next(ref reader, out var name))
        {
            if (Is(name, "rolloutPercentage"u8))
                percentages = Doubles(ref reader);
            else if (Is(name, "exptRollout"u8))
                experiment = Double(ref reader);
            else if (Is(name, "valueOption"u8))
                variation = Variation(ref reader);
            else
                reader.TrySkip();
        }

        return new WireRollout(percentages, experiment, variation);
    }

    private static WireVariation? Variation(ref Utf8JsonReader reader)
    {
        if (!Begin(ref reader))
            return null;

        int? localId = null;
        string? value = null;
        while (Next(ref reader, out var name))
        {
            if (Is(name, "localId"u8))
                localId = Int(ref reader);
            else if (Is(name, "variationValue"u8))
                value = Text(ref reader);
            else
                reader.TrySkip();
        }

        return new WireVariation(localId, value);
    }
}
