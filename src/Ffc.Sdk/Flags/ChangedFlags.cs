namespace Ffc.Sdk.Flags;

/// <summary>Tells which flags may answer differently after the data changed.</summary>
internal static class ChangedFlags
{
    /// <summary>
    /// The keys of flags that are new, gone or changed themselves, and of those whose answer hangs on such a flag (a
    /// prerequisite, however far) or on a segment that changed.
    /// </summary>
    public static IReadOnlyCollection<string> Between(DataSet before, DataSet after)
    {
        var keys = new HashSet<string>(StringComparer.Ordinal);
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var flag in after.Flags)
        {
            if (before.FlagById(flag.Id) != flag)
                Add(flag);
        }

        foreach (var flag in before.Flags)
        {
            if (after.FlagById(flag.Id) is null)
                Add(flag);
        }

        var segments = ChangedSegments(before, after);
        if (segments.Count > 0)
        {
            foreach (var flag in after.Flags)
            {
                if (flag.Rules.Any(rule => rule.Clauses.Any(clause => clause.SegmentIds.Any(segments.Contains))))
                    Add(flag);
            }
        }

        var dependents = ids.Count == 0 ? [] : after.Flags.Where(flag => flag.Prerequisites.Length > 0).ToList();
        for (var grown = true; grown && dependents.Count > 0;)
            grown = dependents.RemoveAll(flag => flag.Prerequisites.Any(p => ids.Contains(p.FlagId)) && Add(flag)) > 0;

        return keys;

        bool Add(Flag flag)
        {
            ids.Add(flag.Id);
            keys.Add(flag.Key);
            return true;
        }
    }

    private static HashSet<string> ChangedSegments(DataSet before, DataSet after)
    {
        var changed = new HashSet<string>(StringComparer.Ordinal);
        changed.UnionWith(after.SegmentsById.Values.Where(segment => before.SegmentById(segment.Id) != segment).Select(segment => segment.Id));
        changed.UnionWith(before.SegmentsById.Keys.Where(id => after.SegmentById(id) is null));
        return changed;
    }
}
