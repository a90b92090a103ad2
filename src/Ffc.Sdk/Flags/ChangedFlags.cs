namespace Ffc.Sdk.Flags;

/// <summary>Computes the flags whose results may have changed with the data.</summary>
internal static class ChangedFlags
{
    /// <summary>
    /// Returns the keys of flags that were added, removed or changed, and of flags that depend on such a flag or on a changed
    /// segment, directly or indirectly.
    /// </summary>
    public static IReadOnlyCollection<string> Between(DataSet before, DataSet after)
    {
        // In the first data set, every flag is new. The fast path shortens the start.
        if (before.FlagsById.Count == 0)
            return [.. after.Flags.Select(flag => flag.Key)];

        return Of(before, after, Changed(before.FlagsById, after.FlagsById), Changed(before.SegmentsById, after.SegmentsById));
    }

    /// <summary>Does the same as <see cref="Between"/> for known changes.</summary>
    /// <param name="before">The data set before.</param>
    /// <param name="after">The data set after.</param>
    /// <param name="flags">The ids of the flags that were added, removed or changed; dependent flags are added to it.</param>
    /// <param name="segments">
    /// The ids of the segments that were added, removed or changed; dependent segments are added to it.
    /// </param>
    public static IReadOnlyCollection<string> Of(DataSet before, DataSet after, HashSet<string> flags, HashSet<string> segments)
    {
        if (segments.Count > 0)
        {
            AddDependents(segments, after.SegmentsById.Values
                .Where(segment => segment.NestsSegments)
                .SelectMany(segment => segment.Rules.SelectMany(SegmentIds).Select(nested => (On: nested, segment.Id)))
                .ToLookup(dependency => dependency.On, dependency => dependency.Id, StringComparer.Ordinal));
            flags.UnionWith(after.FlagsById.Values
                .Where(flag => flag.Rules.Any(rule => SegmentIds(rule.Clauses).Any(segments.Contains)))
                .Select(flag => flag.Id));
        }

        if (flags.Count > 0)
            AddDependents(flags, after.Dependents);

        // If a flag gets another key, the results of both keys change.
        var keys = new HashSet<string>(StringComparer.Ordinal);
        foreach (var id in flags)
        {
            if (before.FlagById(id) is { } old)
                keys.Add(old.Key);
            if (after.FlagById(id) is { } current)
                keys.Add(current.Key);
        }

        return keys;
    }

    /// <summary>
    /// Returns the ids of the items that were added, removed or replaced. An unchanged item is the same object in both data
    /// sets.
    /// </summary>
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

    private static void AddDependents(HashSet<string> ids, ILookup<string, string> dependents)
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
