using Ffc.Sdk.Flags;
using Ffc.Sdk.Protocol.FeatBit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ffc.DevServer.Flags;

/// <summary>Finds mistakes in a flags file of FeatBit, as <see cref="FlagsFileLinter"/> does for FFC.</summary>
internal static class FeatBitFlagsFileLinter
{
    /// <summary>Returns one warning per finding.</summary>
    public static IEnumerable<string> Lint(DataSync data) =>
        data.Flags.Where(flag => !flag.IsArchived).SelectMany(LintFlag)
            .Concat(data.Segments.Where(segment => !segment.IsArchived).SelectMany(LintSegment));

    private static IEnumerable<string> LintFlag(IncomingItem<Flag> item)
    {
        var flag = WireReader.Parse(item);
        var name = $"flag {flag.Key ?? item.Id}";
        if (FlagsFileLinter.FindCompileError(item) is { } error)
        {
            yield return $"{name}: {error}; clients ignore this flag";
            yield break;
        }

        if (flag.VariationType is not ("boolean" or "number" or "string" or "json"))
            yield return $"{name}: the variationType {flag.VariationType} is unknown; clients treat it as string";

        var rules = (flag.Rules ?? []).OfType<WireRule>().ToArray();
        WireRollout[] rollouts =
            [.. rules.Select(rule => rule.Variations).Append(flag.Fallthrough!.Variations).SelectMany(group => group ?? [])!];
        if (rollouts.Any(rollout => rollout.Rollout!.Any(bound => bound is < 0 or > 1)))
            yield return $"{name}: a rollout is outside the range 0 to 1";

        var known = (flag.Variations ?? []).Select(variation => variation?.Id).ToHashSet();
        var used = rollouts.Select(rollout => rollout.Id)
            .Concat((flag.TargetUsers ?? []).Select(target => target?.VariationId))
            .Append(flag.DisabledVariationId);
        foreach (var id in used.Where(id => !known.Contains(id)).Distinct())
            yield return $"{name}: no variation has the id {id}; users who would get it get the default";

        foreach (var warning in LintConditions(name, rules.SelectMany(rule => rule.Conditions ?? []), mayTestSegments: true))
            yield return warning;
    }

    private static IEnumerable<string> LintSegment(IncomingItem<Segment> item) => LintConditions(
        $"segment {item.Id}",
        (WireReader.Parse(item).Rules ?? []).SelectMany(rule => rule?.Conditions ?? []),
        mayTestSegments: false);

    private static IEnumerable<string> LintConditions(
        string owner, IEnumerable<WireCondition?> conditions, bool mayTestSegments) =>
        from condition in conditions
        let clause = ClauseCompiler.Compile([condition], mayTestSegments, owner, NullLogger.Instance)[0]
        let mistake = FlagsFileLinter.FindMistake(clause, condition?.Value)
        where mistake is not null
        let text = $"{condition?.Property} {condition?.Op}"
        select $"{owner}: the condition \"{text}\" never matches: {mistake}";
}
