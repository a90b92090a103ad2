using Ffc.Sdk.Flags;

namespace Ffc.DevServer.Flags;

/// <summary>Finds references to segments, flags and variations that do not exist.</summary>
internal static class ReferenceLinter
{
    /// <summary>Returns one warning per finding.</summary>
    /// <param name="flag">The flag.</param>
    /// <param name="data">All flags and segments.</param>
    public static IEnumerable<string> Lint(Flag flag, DataSet data)
    {
        foreach (var prerequisite in flag.Prerequisites)
        {
            if (data.FlagById(prerequisite.FlagId) is not { } required)
                yield return $"flag {flag.Key}: it requires the unknown flag {prerequisite.FlagId}";
            else if (required.Variations.Length > 0 && required.Variations.All(known => known.Id != prerequisite.VariationId))
                yield return $"flag {flag.Key}: it requires the unknown variation {prerequisite.VariationId} of {required.Key}";
        }

        foreach (var warning in Lint($"flag {flag.Key}", flag.Rules.SelectMany(rule => rule.Clauses), data))
            yield return warning;
    }

    /// <summary>Returns one warning per finding.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="data">All flags and segments.</param>
    public static IEnumerable<string> Lint(Segment segment, DataSet data) =>
        Lint($"segment {segment.Id}", segment.Rules.SelectMany(clauses => clauses), data);

    private static IEnumerable<string> Lint(string owner, IEnumerable<Clause> clauses, DataSet data) =>
        from id in clauses.SelectMany(clause => clause.SegmentIds).Distinct()
        where data.SegmentById(id) is null
        select $"{owner}: there is no segment {id}; no user is in it";
}
