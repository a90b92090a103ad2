using Ffc.Sdk.Flags;
using Ffc.Sdk.Protocol.Ffc;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ffc.DevServer.Flags;

/// <summary>
/// What is written in a message that no client can make anything of. It is served all the same, as a real server would: clients
/// leave a flag out, or a clause holds for nobody, and whoever wrote it wonders why.
/// </summary>
internal static class Doubts
{
    public static IEnumerable<string> In(DataSync data) =>
        data.Flags.Where(item => !item.IsArchived).SelectMany(InFlag).Concat(data.Segments.Where(item => !item.IsArchived).SelectMany(InSegment));

    private static IEnumerable<string> InFlag(IncomingItem<Flag> item)
    {
        var flag = WireReader.Parse(item);
        var where = $"flag {flag.Ff?.KeyName ?? item.Id}";
        if (Uncompilable(item) is { } fault)
            return [$"{where}: {fault}, so that clients leave it out"];

        var rollouts = (flag.Fftuwmtr ?? []).SelectMany(rule => rule?.ValueOptionsVariationRuleValues ?? []).Concat(flag.Ff!.DefaultRulePercentageRollouts ?? []);
        string[] others =
        [
            .. flag.Ff.Status is "Enabled" or "Disabled" ? Array.Empty<string>() : [$"{where}: its status, {flag.Ff.Status}, is neither Enabled nor Disabled: it counts as Enabled"],
            .. rollouts.Any(rollout => rollout.RolloutPercentage!.Any(bound => bound is < 0 or > 1)) ? [$"{where}: a rollout is not from 0 to 1"] : Array.Empty<string>(),
        ];
        return others.Concat(InClauses(where, (flag.Fftuwmtr ?? []).SelectMany(rule => rule?.RuleJsonContent ?? [])));
    }

    private static IEnumerable<string> InSegment(IncomingItem<Segment> item) =>
        InClauses($"segment {item.Id}", (WireReader.Parse(item).Rules ?? []).SelectMany(rule => rule?.RuleJsonContent ?? []));

    private static IEnumerable<string> InClauses(string where, IEnumerable<WireClause?> clauses)
    {
        foreach (var clause in clauses)
        {
            var holdsForNobody = ClauseCompiler.Compile([clause], where, NullLogger.Instance)[0] switch
            {
                { Operation: Operation.Never } or { Pattern.Compiles: false } => true,
                { Operation: Operation.IsOneOf, Set.Count: 0 } or { Operation: Operation.InSegment, SegmentIds.Length: 0 } => clause!.Value != "[]",
                _ => false,
            };
            if (holdsForNobody)
                yield return $"{where}: clients can make nothing of the clause \"{clause?.Property} {clause?.Operation}\": is its operation one that there is, and its value what that takes?";
        }
    }

    private static string? Uncompilable(IncomingItem<Flag> item)
    {
        try
        {
            item.Compile(NullLogger.Instance);
            return null;
        }
        catch (FormatException e)
        {
            return e.Message;
        }
    }
}
