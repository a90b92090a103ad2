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

        return Of(before, after, Changed(before.FlagsById, after.FlagsById), Changed(before.SegmentsById, after.SegmentsById));
    }

    /// <summary>The same where it is known which changed themselves.</summary>
    /// <param name="before">The data before.</param>
    /// <param name="after">The data after.</param>
    /// <param name="flags">The ids of the flags that are new, gone or another; those that hang on them are added.</param>
    /// <param name="segments">The same of segments.</param>
    public static IReadOnlyCollection<string> Of(DataSet before, DataSet after, HashSet<string> flags, HashSet<string> segments)
    {
        if (segments.Count > 0)
        {
            Spread(segments, after.SegmentsById.Values
                .Where(segment => segment.NestsSegments)
                .SelectMany(segment => segment.Rules.SelectMany(SegmentIds).Select(nested => (On: nested, segment.Id)))
                .ToLookup(dependency => dependency.On, dependency => dependency.Id, StringComparer.Ordinal));
            flags.UnionWith(after.FlagsById.Values
                .Where(flag => flag.Rules.Any(rule => SegmentIds(rule.Clauses).Any(segments.Contains)))
                .Select(flag => flag.Id));
        }

        if (flags.Count > 0)
            Spread(flags, after.Dependents);

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
    private static void Spread(HashSet<string> ids, ILookup<string, string> dependents)
    {
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
