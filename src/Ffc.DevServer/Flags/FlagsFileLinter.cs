using System.Text.RegularExpressions;
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
    private const string OtherMistake = "unknown operation or invalid value";

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

        // The variations that are returned are beside the references. Flags without a list of variations are valid, too.
        var known = (flag.VariationOptions ?? []).Select(variation => variation?.LocalId).ToHashSet();
        var used = rollouts.Select(rollout => rollout.ValueOption)
            .Concat((flag.TargetIndividuals ?? []).Select(target => target?.ValueOption))
            .Append(flag.Ff.VariationOptionWhenDisabled)
            .Select(variation => variation?.LocalId);
        foreach (var id in used.Where(id => id is not null && known.Count > 0 && !known.Contains(id)).Distinct())
            yield return $"{name}: variationOptions has no variation with the localId {id}, which some users get";

        foreach (var warning in LintClauses(name, rules.SelectMany(rule => rule?.RuleJsonContent ?? [])))
            yield return warning;
    }

    private static IEnumerable<string> LintSegment(IncomingItem<Segment> item) =>
        LintClauses($"segment {item.Id}", (WireReader.Parse(item).Rules ?? []).SelectMany(rule => rule?.RuleJsonContent ?? []));

    private static IEnumerable<string> LintClauses(string owner, IEnumerable<WireClause?> clauses) =>
        from clause in clauses
        let mistake = FindMistake(ClauseCompiler.Compile([clause], owner, NullLogger.Instance)[0], clause?.Value)
        where mistake is not null
        let text = $"{clause?.Property} {clause?.Operation}"
        select $"{owner}: the clause \"{text}\" never matches: {mistake}";

    /// <summary>Why a clause is false for all users; null if there is no mistake.</summary>
    public static string? FindMistake(Clause compiled, string? value) => compiled switch
    {
        { Operation: Operation.Never, Negated: false } => OtherMistake,
        { Pattern: { Compiles: false } pattern } => Explain(pattern),
        { Operation: Operation.IsOneOf, Set.Count: 0 } when value != "[]" => OtherMistake,
        { Operation: Operation.InSegment, SegmentIds.Length: 0 } when value != "[]" => OtherMistake,
        _ => null,
    };

    // The message has the pattern, the position and the reason.
    private static string Explain(Pattern pattern)
    {
        try
        {
            _ = new Regex(pattern.Text);
            return OtherMistake;
        }
        catch (RegexParseException exception)
        {
            var reason = exception.Message.TrimEnd('.');
            return char.ToLowerInvariant(reason[0]) + reason[1..];
        }
    }

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
