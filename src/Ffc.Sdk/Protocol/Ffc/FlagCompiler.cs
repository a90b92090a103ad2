using System.Collections.Frozen;
using Ffc.Sdk.Flags;
using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Protocol.Ffc;

/// <summary>Turns wire items into flags and segments. The one place that knows both sides.</summary>
internal sealed class FlagCompiler(ILogger logger)
{
    private static readonly Dictionary<string, Variation> NoTargets = [];

    private readonly ClauseCompiler _clauses = new(logger);

    /// <summary>Compiles a flag.</summary>
    /// <exception cref="FormatException">It lacks what no flag can be without, or something in it has the wrong shape.</exception>
    public Flag Compile(WireItem<WireFlag> item)
    {
        var wire = item.Read();
        var info = wire.Ff ?? throw new FormatException("it has no ff");
        if (string.IsNullOrEmpty(info.KeyName))
            throw new FormatException("it has no keyName");

        var where = $"flag {info.KeyName}";
        var variations = new List<Variation>();
        return new Flag
        {
            Id = item.Id,
            Key = info.KeyName,
            Name = info.Name ?? "",
            Version = item.Version,
            // Whatever is not said to be disabled is on: that is how the other SDKs read the status.
            IsEnabled = info.Status != "Disabled",
            OffVariation = Compile(info.VariationOptionWhenDisabled, variations),
            Prerequisites = [.. (wire.Ffp ?? []).Select(p => new Prerequisite(
                p?.PrerequisiteFeatureFlagId ?? throw new FormatException("a prerequisite names no flag"),
                p.ValueOptionsVariationValue?.LocalId ?? throw new FormatException("a prerequisite names no variation")))],
            Targets = CompileTargets(wire.TargetIndividuals ?? [], variations),
            Rules = [.. (wire.Fftuwmtr ?? []).Where(rule => rule is not null).Select(rule => new Rule(
                _clauses.Compile(rule.RuleJsonContent, where),
                Compile(rule.ValueOptionsVariationRuleValues, rule.IsIncludedInExpt, variations)))],
            DefaultRollouts = Compile(
                info.DefaultRulePercentageRollouts, info.IsDefaultRulePercentageRolloutsIncludedInExpt, variations),
            Variations = [.. (wire.VariationOptions ?? []).Select(variation => Compile(variation, variations))],
            // After all that names a variation: by now every one of them is known.
            ValueKind = FlagValueKinds.NarrowestOf(variations),
            ExperimentIncludesAllRules = wire.ExptIncludeAllRules,
            Json = item.Json,
        };
    }

    /// <summary>Compiles a segment.</summary>
    /// <exception cref="FormatException">Something in it has the wrong shape.</exception>
    public Segment Compile(WireItem<WireSegment> item)
    {
        var wire = item.Read();
        var where = $"segment {item.Id}";
        Clause[][] rules = [.. (wire.Rules ?? []).Where(rule => rule is not null)
            .Select(rule => _clauses.Compile(rule.RuleJsonContent, where))];
        return new Segment
        {
            Id = item.Id,
            Version = item.Version,
            Included = KeySet(wire.Included),
            Excluded = wire.Excluded is null or [] ? null : KeySet(wire.Excluded),
            Rules = rules,
            NestsSegments = rules.Any(rule => rule.Any(clause => clause.Operation == Operation.InSegment)),
            Json = item.Json,
        };
    }

    private static FrozenSet<string> KeySet(string?[]? keys) =>
        keys is null or [] ? FrozenSet<string>.Empty : keys.OfType<string>().ToFrozenSet(StringComparer.Ordinal);

    // A flag names each of its variations in many places; they are read once and shared.
    private static Variation Compile(WireVariation? wire, List<Variation> known)
    {
        if (wire?.LocalId is not { } localId || wire.VariationValue is not { } text)
            throw new FormatException("a variation lacks its localId or its value");

        foreach (var one in known)
        {
            if (one.LocalId == localId && one.Text == text)
                return one;
        }

        var variation = new Variation(localId, text);
        known.Add(variation);
        return variation;
    }

    // A plain dictionary: most hold a few users, and a frozen one takes ten times as long to make.
    private static Dictionary<string, Variation> CompileTargets(WireTarget[] targets, List<Variation> known)
    {
        var most = 0;
        foreach (var target in targets)
            most += target?.Individuals?.Length ?? 0;
        if (most == 0)
            return NoTargets;

        var variations = new Dictionary<string, Variation>(most, StringComparer.Ordinal);
        foreach (var target in targets)
        {
            Variation? variation = null;
            foreach (var individual in target?.Individuals ?? [])
            {
                // A target that names nobody needs no variation.
                if (individual?.KeyId is { } key)
                    variations.TryAdd(key, variation ??= Compile(target!.ValueOption, known));
            }
        }

        return variations;
    }

    private static RolloutGroup Compile(WireRollout[]? rollouts, bool? inExperiment, List<Variation> known) => new(
        [.. (rollouts ?? []).Select(wire => wire?.RolloutPercentage is [var min, var max]
            ? new Rollout(min, max, wire.ExptRollout, Compile(wire.ValueOption, known))
            : throw new FormatException("a rollout has no range of two percentages"))],
        inExperiment);
}
