using System.Collections.Frozen;
using Ffc.Sdk.Flags;
using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Protocol.FeatBit;

/// <summary>Compiles FeatBit's wire items into flags and segments.</summary>
internal static class FlagCompiler
{
    // A share that ends nearer to 1 than this includes all users, as on the server.
    private const double EndTolerance = 0.00001;

    private static readonly Dictionary<string, Variation?> NoTargets = [];

    /// <summary>Compiles a flag.</summary>
    /// <exception cref="FormatException">A required member is missing, or a member has the wrong type.</exception>
    public static Flag CompileFlag(IncomingItem<Flag> item, ILogger logger)
    {
        var wire = WireReader.Parse(item);
        if (string.IsNullOrEmpty(wire.Key))
            throw new FormatException("it has no key");
        var fallthrough = wire.Fallthrough ?? throw new FormatException("it has no fallthrough");

        var where = $"flag {wire.Key}";
        var includesAll = wire.ExptIncludeAllTargets == true;
        var variations = Compile(wire.Variations ?? [], item.Variations ?? new VariationPool());
        return new Flag
        {
            Id = item.Id,
            Key = wire.Key,
            Name = wire.Name ?? "",
            Version = item.Version,
            IsEnabled = wire.IsEnabled == true,
            OffVariation = Find(variations, wire.DisabledVariationId),
            Prerequisites = [],
            Targets = CompileTargets(wire.TargetUsers ?? [], variations),
            Rules = [.. (wire.Rules ?? []).OfType<WireRule>().Select(rule => new Rule(
                ClauseCompiler.Compile(rule.Conditions, mayTestSegments: true, where, logger),
                Compile(rule.Variations, wire.Key, rule.DispatchKey, includesAll, rule.IncludedInExpt == true, variations)))],
            DefaultRollouts = Compile(
                fallthrough.Variations,
                wire.Key,
                fallthrough.DispatchKey,
                includesAll,
                fallthrough.IncludedInExpt == true,
                variations),
            Variations = variations,
            ValueKind = FlagValueKinds.Declared(wire.VariationType, variations),
            ExperimentIncludesTargets = includesAll,
            Content = item.Content,
        };
    }

    /// <summary>Compiles a segment.</summary>
    /// <exception cref="FormatException">A member has the wrong type.</exception>
    public static Segment CompileSegment(IncomingItem<Segment> item, ILogger logger)
    {
        var wire = WireReader.Parse(item);
        var where = $"segment {item.Id}";
        return new Segment
        {
            Id = item.Id,
            Version = item.Version,
            Included = KeySet(wire.Included),
            Excluded = wire.Excluded is null or [] ? null : KeySet(wire.Excluded),
            Rules = [.. (wire.Rules ?? []).OfType<WireSegmentRule>()
                .Select(rule => ClauseCompiler.Compile(rule.Conditions, mayTestSegments: false, where, logger))],
            NestsSegments = false,
            Content = item.Content,
        };
    }

    private static FrozenSet<string> KeySet(string?[]? keys) =>
        keys is null or [] ? FrozenSet<string>.Empty : keys.OfType<string>().ToFrozenSet(StringComparer.Ordinal);

    private static Variation[] Compile(WireVariation?[] variations, VariationPool pool)
    {
        var compiled = new List<Variation>(variations.Length);
        foreach (var wire in variations)
        {
            if (wire is { Id: { } id, Value: { } value })
                compiled.Add(pool.Get(id, value));
        }

        return [.. compiled];
    }

    // Null for an id that names no variation: the flag is malformed for the users who would get it.
    private static Variation? Find(Variation[] variations, string? id)
    {
        foreach (var variation in variations)
        {
            if (variation.Id == id)
                return variation;
        }

        return null;
    }

    // Not a frozen dictionary: most flags target few users, and creating a frozen dictionary takes ten times as long.
    private static Dictionary<string, Variation?> CompileTargets(WireTarget?[] targets, Variation[] variations)
    {
        var capacity = 0;
        foreach (var target in targets)
            capacity += target?.KeyIds?.Length ?? 0;
        if (capacity == 0)
            return NoTargets;

        var targeted = new Dictionary<string, Variation?>(capacity, StringComparer.Ordinal);
        foreach (var target in targets)
        {
            var variation = Find(variations, target?.VariationId);
            foreach (var key in target?.KeyIds ?? [])
            {
                if (key is not null)
                    targeted.TryAdd(key, variation);
            }
        }

        return targeted;
    }

    private static RolloutGroup Compile(
        WireRollout?[]? rollouts,
        string flagKey,
        string? dispatchKey,
        bool includesAll,
        bool inExperiment,
        Variation[] variations)
    {
        Rollout[] compiled =
        [
            .. (rollouts ?? []).Select((wire, i) => wire?.Rollout is [var min, var max]
                ? Rollout.Create(
                    min,
                    ExclusiveEnd(min, max),
                    ExperimentEnd(max - min, includesAll, inExperiment, wire.ExptRollout ?? 0),
                    Find(variations, wire.Id),
                    isFirst: i == 0)
                : throw new FormatException("a rollout has no range of two percentages")),
        ];

        // Without a dispatch, the result would be the same. Most flags return one variation to all users.
        if (compiled is [{ TakesAll: true, ExperimentEnd: Rollout.NoExperiment or Rollout.WholeExperiment }, ..])
            return new RolloutGroup(compiled);

        var (property, propertyName) = ClauseCompiler.Property(
            string.IsNullOrWhiteSpace(dispatchKey) ? ClauseCompiler.KeyProperty : dispatchKey);

        // The flag is malformed for users whom no rollout includes.
        return new RolloutGroup(
            [.. compiled, Rollout.ToRest(variation: null)], new Dispatch(flagKey, property, propertyName));
    }

    /// <summary>Returns the end of a share, of which the server includes both ends.</summary>
    private static double ExclusiveEnd(double min, double max)
    {
        if (min == 0 && 1 - max < EndTolerance)
            return 1;
        return min == 0 && max == 0 ? 0 : double.BitIncrement(max);
    }

    private static double ExperimentEnd(double width, bool includesAll, bool inExperiment, double share)
    {
        if (includesAll)
            return Rollout.WholeExperiment;
        if (!inExperiment || share == 0 || width == 0)
            return Rollout.NoExperiment;

        // The share refers to all users. Within this rollout, it is correspondingly larger.
        var end = ExclusiveEnd(0, Math.Min(1, share / width));
        return end == 1 ? Rollout.WholeExperiment : end;
    }
}
