namespace Ffc.Sdk.Flags;

/// <summary>Tells which flags may answer differently after the data changed.</summary>
internal static class ChangedFlags
{
    /// <summary>
    /// The keys of flags that are new, gone or changed themselves, and of those whose answer hangs on such a flag (a
    /// prerequisite, however far) or on a segment that changed (however deep it is nested).
    /// </summary>
    public static IReadOnlyCollection<string> Between(DataSet before, DataSet after)
    {
        // Everything is new: the first data, in a hurry to serve.
        if (before.FlagsById.Count == 0)
            return [.. after.Flags.Select(flag => flag.Key)];

        var flags = Changed(before.FlagsById, after.FlagsById);
        var segments = Changed(before.SegmentsById, after.SegmentsById);
        if (segments.Count > 0)
        {
            Spread(segments, after.SegmentsById.Values
                .Where(segment => segment.NestsSegments)
                .SelectMany(segment => segment.Rules.SelectMany(SegmentIds).Select(nested => (On: nested, segment.Id))));
            flags.UnionWith(after.FlagsById.Values
                .Where(flag => flag.Rules.Any(rule => SegmentIds(rule.Clauses).Any(segments.Contains)))
                .Select(flag => flag.Id));
        }

        if (flags.Count > 0)
        {
            Spread(flags, after.FlagsById.Values
                .Where(flag => flag.Prerequisites.Length > 0)
                .SelectMany(flag => flag.Prerequisites.Select(prerequisite => (On: prerequisite.FlagId, flag.Id))));
        }

        // A flag may have been given another key: both answer differently then.
        var keys = new HashSet<string>(StringComparer.Ordinal);
        foreach (var id in flags)
        {
            if (before.FlagById(id) is { } was)
                keys.Add(was.Key);
            if (after.FlagById(id) is { } now)
                keys.Add(now.Key);
        }

        return keys;
    }

    /// <summary>The ids of what is new, gone or another. What did not change is the same object in both.</summary>
    private static HashSet<string> Changed<T>(Dictionary<string, T> before, Dictionary<string, T> after)
        where T : class, IDataItem
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (id, item) in after)
        {
            if (before.GetValueOrDefault(id) != item)
                ids.Add(id);
        }

        foreach (var id in before.Keys)
        {
            if (!after.ContainsKey(id))
                ids.Add(id);
        }

        return ids;
    }

    private static IEnumerable<string> SegmentIds(Clause[] clauses) => clauses.SelectMany(clause => clause.SegmentIds);

    /// <summary>Adds what hangs on any of these, however far.</summary>
    private static void Spread(HashSet<string> ids, IEnumerable<(string On, string Id)> dependencies)
    {
        var dependents = dependencies.ToLookup(dependency => dependency.On, dependency => dependency.Id, StringComparer.Ordinal);
        var open = new Stack<string>(ids);
        while (open.TryPop(out var id))
        {
            foreach (var dependent in dependents[id])
            {
                if (ids.Add(dependent))
                    open.Push(dependent);
            }
        }
    }
}
