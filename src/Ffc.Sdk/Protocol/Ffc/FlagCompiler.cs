using System.Collections.Frozen;
using System.Globalization;
using Ffc.Sdk.Flags;
using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Protocol.Ffc;

/// <summary>Compiles FFC's wire items into flags and segments.</summary>
internal static class FlagCompiler
{
    private static readonly Dictionary<string, Variation?> NoTargets = [];

    /// <summary>Compiles a flag.</summary>
    /// <exception cref="FormatException">A required member is missing, or a member has the wrong type.</exception>
    public static Flag CompileFlag(IncomingItem<Flag> item, ILogger logger)
    {
        var wire = WireReader.Parse(item);
        var info = wire.Ff ?? throw new FormatException("it has no ff");
        if (string.IsNullOrEmpty(info.KeyName))
            throw new FormatException("it has no keyName");

        var where = $"flag {info.KeyName}";
        var variations = new FlagVariations(item.Variations ?? new VariationPool());
        var off = Compile(info.VariationOptionWhenDisabled, variations);
        return new Flag
        {
            Id = item.Id,
            Key = info.KeyName,
            Name = info.Name ?? "",
            Version = item.Version,
            // Every other status means enabled, as in the other SDKs.
            IsEnabled = info.Status != "Disabled",
            OffVariation = off,
            Prerequisites = [.. (wire.Ffp ?? []).Select(wirePrerequisite => new Prerequisite(
                wirePrerequisite?.PrerequisiteFeatureFlagId ?? throw new FormatException("a prerequisite has no flag id"),
                wirePrerequisite.ValueOptionsVariationValue is { } required ? VariationId(required) : null))],
            Targets = CompileTargets(wire.TargetIndividuals ?? [], variations),
            Rules = [.. (wire.Fftuwmtr ?? []).Where(rule => rule is not null).Select(rule => new Rule(
                ClauseCompiler.Compile(rule.RuleJsonContent, where, logger),
                new RolloutGroup([.. Compile(
                    rule.ValueOptionsVariationRuleValues, wire.ExptIncludeAllRules, rule.IsIncludedInExpt, variations)])))],
            // If no default rollout includes a user, the user gets the off variation.
            DefaultRollouts = new RolloutGroup(
            [
                .. Compile(
                    info.DefaultRulePercentageRollouts,
                    wire.ExptIncludeAllRules,
                    info.IsDefaultRulePercentageRolloutsIncludedInExpt,
                    variations),
                Rollout.ToRest(off),
            ]),
            Variations =
                [.. (wire.VariationOptions ?? []).Select(variation => Compile(variation, variations)).OfType<Variation>()],
            // After all other members, so that the list contains every variation of the flag.
            ValueKind = FlagValueKinds.NarrowestOf(variations.Known),
            ExperimentIncludesTargets = wire.ExptIncludeAllRules ?? true,
            Content = item.Content,
        };
    }

    /// <summary>Compiles a segment.</summary>
    /// <exception cref="FormatException">A member has the wrong type.</exception>
    public static Segment CompileSegment(IncomingItem<Segment> item, ILogger logger)
    {
        var wire = WireReader.Parse(item);
        var where = $"segment {item.Id}";
        Clause[][] rules = [.. (wire.Rules ?? []).Where(rule => rule is not null)
            .Select(rule => ClauseCompiler.Compile(rule.RuleJsonContent, where, logger))];
        return new Segment
        {
            Id = item.Id,
            Version = item.Version,
            Included = KeySet(wire.Included),
            Excluded = wire.Excluded is null or [] ? null : KeySet(wire.Excluded),
            Rules = rules,
            NestsSegments = rules.Any(rule => rule.Any(clause => clause.Operation == Operation.InSegment)),
            Content = item.Content,
        };
    }

    private static FrozenSet<string> KeySet(string?[]? keys) =>
        keys is null or [] ? FrozenSet<string>.Empty : keys.OfType<string>().ToFrozenSet(StringComparer.Ordinal);

    // A variation that was deleted while in use is null on the wire and affects only the users who would get it.
    private static Variation? Compile(WireVariation? wire, FlagVariations known)
    {
        if (wire is null)
            return null;

        return known.Get(VariationId(wire), wire.VariationValue ?? throw new FormatException("a variation has no value"));
    }

    private static string VariationId(WireVariation wire) =>
        wire.LocalId?.ToString(CultureInfo.InvariantCulture) ?? throw new FormatException("a variation has no localId");

    // Not a frozen dictionary: most flags target few users, and creating a frozen dictionary takes ten times as long.
    private static Dictionary<string, Variation?> CompileTargets(WireTarget[] targets, FlagVariations known)
    {
        var capacity = 0;
        foreach (var target in targets)
            capacity += target?.Individuals?.Length ?? 0;
        if (capacity == 0)
            return NoTargets;

        var variations = new Dictionary<string, Variation?>(capacity, StringComparer.Ordinal);
        foreach (var target in targets)
        {
            Variation? variation = null;
            foreach (var individual in target?.Individuals ?? [])
            {
                // The variation is compiled only if the target names a user: without users it may be malformed.
                if (individual?.KeyId is { } key)
                    variations.TryAdd(key, variation ??= Compile(target!.ValueOption, known));
            }
        }

        return variations;
    }

    private static IEnumerable<Rollout> Compile(
        WireRollout[]? rollouts, bool? includesAllRules, bool? inExperiment, FlagVariations known) =>
        (rollouts ?? []).Select((wire, i) => wire?.RolloutPercentage is [var min, var max]
            ? Rollout.Create(
                min,
                max,
                ExperimentEnd(max - min, includesAllRules, inExperiment, wire.ExptRollout),
                Compile(wire.ValueOption, known),
                isFirst: i == 0)
            : throw new FormatException("a rollout has no range of two percentages"));

    private static double ExperimentEnd(double width, bool? includesAllRules, bool? inExperiment, double? share)
    {
        if (includesAllRules is null or true || inExperiment is null || share is null)
            return Rollout.WholeExperiment;
        if (!inExperiment.Value || share == 0 || width == 0)
            return Rollout.NoExperiment;

        // The share refers to all users. Within this rollout, it is correspondingly larger.
        var end = share.Value / width;
        return end >= 1 ? Rollout.WholeExperiment : end;
    }

    /// <summary>The variations of one flag, which repeats each of them in many places.</summary>
    private sealed class FlagVariations(VariationPool pool)
    {
        private readonly List<Variation> _known = [];

        public IReadOnlyCollection<Variation> Known => _known;

        public Variation Get(string id, string text)
        {
            foreach (var variation in _known)
            {
                if (variation.Id == id && variation.Text == text)
                    return variation;
            }

            var added = pool.Get(id, text);
            _known.Add(added);
            return added;
        }
    }
}
