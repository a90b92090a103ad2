using System.Text.Json;
using Ffc.Sdk.Flags;
using static Ffc.Sdk.Protocol.WireValueReader;

namespace Ffc.Sdk.Protocol.FeatBit;

/// <summary>Reads flags and segments from JSON. Hand-written for the same reasons as the reader of FFC.</summary>
internal static class WireReader
{
    /// <inheritdoc cref="WireFormat.ReadEnvelope"/>
    public static ItemEnvelope ReadEnvelope(ref Utf8JsonReader reader)
    {
        var envelope = default(ItemEnvelope);
        if (!Begin(ref reader))
            return envelope;

        string? key = null;
        while (Next(ref reader, out var name))
        {
            if (Is(name, "key"u8))
                key = Text(ref reader);
            else if (!ReadEnvelopeMember(ref reader, name, ref envelope))
                reader.TrySkip();
        }

        return WithKey(envelope, key);
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
        string? title = null, key = null, type = null, off = null;
        WireVariation?[]? variations = null;
        WireTarget?[]? targets = null;
        WireRule?[]? rules = null;
        WireFallthrough? fallthrough = null;
        bool? isEnabled = null, experiment = null;
        while (Next(ref reader, out var name))
        {
            if (Is(name, "name"u8))
                title = Text(ref reader);
            else if (Is(name, "key"u8))
                key = Text(ref reader);
            else if (Is(name, "variationType"u8))
                type = Text(ref reader);
            else if (Is(name, "variations"u8))
                variations = Array(ref reader, Variation);
            else if (Is(name, "targetUsers"u8))
                targets = Array(ref reader, Target);
            else if (Is(name, "rules"u8))
                rules = Array(ref reader, Rule);
            else if (Is(name, "isEnabled"u8))
                isEnabled = Bool(ref reader);
            else if (Is(name, "disabledVariationId"u8))
                off = Text(ref reader);
            else if (Is(name, "fallthrough"u8))
                fallthrough = Fallthrough(ref reader);
            else if (Is(name, "exptIncludeAllTargets"u8))
                experiment = Bool(ref reader);
            else if (!ReadEnvelopeMember(ref reader, name, ref envelope))
                reader.TrySkip();
        }

        return new WireFlag(
            WithKey(envelope, key),
            title, key, type, variations, targets, rules, isEnabled, off, fallthrough, experiment);
    }

    /// <summary>Reads the segment at the reader's position, see <see cref="WireFormat.ReadSegment"/>.</summary>
    public static WireSegment? ReadSegment(ref Utf8JsonReader reader)
    {
        if (!Begin(ref reader))
            return null;

        var envelope = default(ItemEnvelope);
        string?[]? included = null, excluded = null;
        WireSegmentRule?[]? rules = null;
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
        else if (Is(name, "updatedAt"u8))
            envelope.Version = UnixMilliseconds(ref reader);
        else if (Is(name, "isArchived"u8))
            envelope.IsArchived = Bool(ref reader);
        else
            return false;
        return true;
    }

    // A flag without an id is identified by its key.
    private static ItemEnvelope WithKey(ItemEnvelope envelope, string? key)
    {
        if (string.IsNullOrEmpty(envelope.Id))
            envelope.Id = key;
        return envelope;
    }

    private static string? UserKey(ref Utf8JsonReader reader) => Text(ref reader);

    private static WireVariation? Variation(ref Utf8JsonReader reader)
    {
        if (!Begin(ref reader))
            return null;

        string? id = null, value = null;
        while (Next(ref reader, out var name))
        {
            if (Is(name, "id"u8))
                id = Text(ref reader);
            else if (Is(name, "value"u8))
                value = Text(ref reader);
            else
                reader.TrySkip();
        }

        return new WireVariation(id, value);
    }

    private static WireTarget? Target(ref Utf8JsonReader reader)
    {
        if (!Begin(ref reader))
            return null;

        string?[]? keys = null;
        string? variation = null;
        while (Next(ref reader, out var name))
        {
            if (Is(name, "keyIds"u8))
                keys = Array(ref reader, UserKey);
            else if (Is(name, "variationId"u8))
                variation = Text(ref reader);
            else
                reader.TrySkip();
        }

        return new WireTarget(keys, variation);
    }

    private static WireRule? Rule(ref Utf8JsonReader reader)
    {
        if (!Begin(ref reader))
            return null;

        string? dispatchKey = null;
        bool? experiment = null;
        WireCondition?[]? conditions = null;
        WireRollout?[]? variations = null;
        while (Next(ref reader, out var name))
        {
            if (Is(name, "dispatchKey"u8))
                dispatchKey = Text(ref reader);
            else if (Is(name, "includedInExpt"u8))
                experiment = Bool(ref reader);
            else if (Is(name, "conditions"u8))
                conditions = Array(ref reader, Condition);
            else if (Is(name, "variations"u8))
                variations = Array(ref reader, Rollout);
            else
                reader.TrySkip();
        }

        return new WireRule(dispatchKey, experiment, conditions, variations);
    }

    private static WireFallthrough? Fallthrough(ref Utf8JsonReader reader)
    {
        if (!Begin(ref reader))
            return null;

        string? dispatchKey = null;
        bool? experiment = null;
        WireRollout?[]? variations = null;
        while (Next(ref reader, out var name))
        {
            if (Is(name, "dispatchKey"u8))
                dispatchKey = Text(ref reader);
            else if (Is(name, "includedInExpt"u8))
                experiment = Bool(ref reader);
            else if (Is(name, "variations"u8))
                variations = Array(ref reader, Rollout);
            else
                reader.TrySkip();
        }

        return new WireFallthrough(dispatchKey, experiment, variations);
    }

    private static WireRollout? Rollout(ref Utf8JsonReader reader)
    {
        if (!Begin(ref reader))
            return null;

        string? id = null;
        double[]? range = null;
        double? experiment = null;
        while (Next(ref reader, out var name))
        {
            if (Is(name, "id"u8))
                id = Text(ref reader);
            else if (Is(name, "rollout"u8))
                range = Doubles(ref reader);
            else if (Is(name, "exptRollout"u8))
                experiment = Double(ref reader);
            else
                reader.TrySkip();
        }

        return new WireRollout(id, range, experiment);
    }

    private static WireSegmentRule? SegmentRule(ref Utf8JsonReader reader)
    {
        if (!Begin(ref reader))
            return null;

        WireCondition?[]? conditions = null;
        while (Next(ref reader, out var name))
        {
            if (Is(name, "conditions"u8))
                conditions = Array(ref reader, Condition);
            else
                reader.TrySkip();
        }

        return new WireSegmentRule(conditions);
    }

    private static WireCondition? Condition(ref Utf8JsonReader reader)
    {
        if (!Begin(ref reader))
            return null;

        string? property = null, operation = null, value = null;
        while (Next(ref reader, out var name))
        {
            if (Is(name, "property"u8))
                property = Text(ref reader);
            else if (Is(name, "op"u8))
                operation = Text(ref reader);
            else if (Is(name, "value"u8))
                value = Text(ref reader);
            else
                reader.TrySkip();
        }

        return new WireCondition(property, operation, value);
    }
}
