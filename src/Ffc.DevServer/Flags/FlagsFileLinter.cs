using Ffc.Sdk.Flags;
using Ffc.Sdk.Protocol.Ffc;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ffc.DevServer.Flags;

/// <summary>
/// Finds mistakes in a valid flags file: content that clients ignore or treat in an unexpected way. Such content is still
/// served, as a production server does.
/// </summary>
internal static class FlagsFileLinter
{
    /// <summary>Returns one warning per finding.</summary>
    public static IEnumerable<string> Lint(DataSync data)
    {
        var flags = data.Flags.Where(flag => !flag.IsArchived);
        var segments = data.Segments.Where(segment => !segment.IsArchived);
        return flags.SelectMany(LintFlag).Concat(segments.SelectMany(LintSegment));
    }

    private static IEnumerable<string> LintFlag(IncomingItem<Flag> item)
    {
        var flag = WireReader.Parse(item);
        var name = $"flag {flag.Ff?.KeyName ?? item.Id}";
        if (FindCompileError(item) is { } error)
        {
            yield return $"{name}: {error}; clients ignore this flag";
            yield break;
        }

        if (flag.Ff!.Status is not ("Enabled" or "Disabled"))
            yield return $"{name}: the status {flag.Ff.Status} is neither Enabled nor Disabled; clients treat it as Enabled";

        var rules = flag.Fftuwmtr ?? [];
        var rollouts = rules.SelectMany(rule => rule?.ValueOptionsVariationRuleValues ?? [])
            .Concat(flag.Ff.DefaultRulePercentageRollouts ?? []);
        if (rollouts.Any(rollout => rollout.RolloutPercentage!.Any(bound => bound is < 0 or > 1)))
            yield return $"{name}: a rollout is outside the range 0 to 1";

        foreach (var warning in LintClauses(name, rules.SelectMany(rule => rule?.RuleJsonContent ?? [])))
            yield return warning;
    }

    private static IEnumerable<string> LintSegment(IncomingItem<Segment> item) =>
        LintClauses($"segment {item.Id}", (WireReader.Parse(item).Rules ?? []).SelectMany(rule => rule?.RuleJsonContent ?? []));

    private static IEnumerable<string> LintClauses(string owner, IEnumerable<WireClause?> clauses) =>
        from clause in clauses
        where NeverMatches(ClauseCompiler.Compile([clause], owner, NullLogger.Instance)[0], clause?.Value)
        let text = $"{clause?.Property} {clause?.Operation}"
        select $"{owner}: the clause \"{text}\" never matches: unknown operation or invalid value";

    /// <summary>Whether a clause is false for all users because of a mistake.</summary>
    public static bool NeverMatches(Clause compiled, string? value) => compiled switch
    {
        { Operation: Operation.Never, Negated: false } or { Pattern.Compiles: false } => true,
        { Operation: Operation.IsOneOf, Set.Count: 0 } => value != "[]",
        { Operation: Operation.InSegment, SegmentIds.Length: 0 } => value != "[]",
        _ => false,
    };

    /// <summary>Why clients ignore a flag, and what is expected; null if they do not ignore it.</summary>
    public static string? FindCompileError(IncomingItem<Flag> item)
    {
        try
        {
            item.Compile(NullLogger.Instance);
            return null;
        }
        catch (FormatException exception)
        {
            return ExpectedTypes.Explain(exception.Message);
        }
    }
}
