using Ffc.Sdk.Protocol;

namespace Ffc.Sdk.Flags;

/// <summary>
/// Decides which flags, or which segments, come out of those in hand and those that a server sends. Not thread-safe.
/// </summary>
/// <param name="compile">Turns a wire item into one for evaluation; null when it cannot be understood.</param>
internal sealed class ItemMerge<TWire, T>(Func<WireItem<TWire>, T?> compile)
    where TWire : class
    where T : class, IDataItem
{
    // What archived items were last seen at: an older item that arrives late must not bring one back.
    private readonly Dictionary<string, long> _archived = new(StringComparer.Ordinal);

    // What patches brought since the last request for everything: these may be newer than the answer to it.
    private readonly HashSet<string> _patchedSinceRequest = new(StringComparer.Ordinal);

    /// <summary>Notes that everything is asked for now.</summary>
    public void RequestingFull() => _patchedSinceRequest.Clear();

    /// <summary>Changes what is in hand: every item on its own version, the newer one wins.</summary>
    /// <param name="held">What is in hand.</param>
    /// <param name="items">What the server sent.</param>
    /// <param name="version">Raised to the newest time stamp of all items that won.</param>
    /// <returns>The ids of the items that won.</returns>
    public HashSet<string> Patch(Dictionary<string, T> held, IReadOnlyList<WireItem<TWire>> items, ref long version)
    {
        var changed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in items)
        {
            var known = held.TryGetValue(item.Id, out var ours) ? ours.Version : ArchivedVersion(item.Id);
            if (item.Version <= known)
                continue;

            if (item.IsArchived)
                Archive(held, item);
            else if (compile(item) is { } compiled)
                held[item.Id] = compiled;
            else
                continue;

            changed.Add(item.Id);
            version = Math.Max(version, item.Version);
            _patchedSinceRequest.Add(item.Id);
        }

        return changed;
    }

    /// <summary>The whole truth as of some moment; what a patch brought after it stays.</summary>
    /// <param name="held">What is in hand; it stays as it is.</param>
    /// <param name="items">All that there is.</param>
    /// <param name="fullVersion">The moment, as a version.</param>
    public Dictionary<string, T> Full(Dictionary<string, T> held, IReadOnlyList<WireItem<TWire>> items, long fullVersion)
    {
        var next = new Dictionary<string, T>(items.Count, StringComparer.Ordinal);
        foreach (var item in items)
        {
            var ours = next.GetValueOrDefault(item.Id) ?? held.GetValueOrDefault(item.Id);
            if (ours is not null && (ours.Version > item.Version || IsSame(ours, item)))
                next[item.Id] = ours;
            else if (item.IsArchived)
                Archive(next, item);
            else if (item.Version > ArchivedVersion(item.Id) && compile(item) is { } compiled)
                next[item.Id] = compiled;
        }

        if (_patchedSinceRequest.Count > 0)
        {
            foreach (var ours in held.Values)
            {
                if (ours.Version > fullVersion && _patchedSinceRequest.Contains(ours.Id))
                    next.TryAdd(ours.Id, ours);
            }
        }

        return next;
    }

    // What is the same to the letter is not compiled again: most of what comes after a short gap.
    private static bool IsSame(T ours, WireItem<TWire> item) =>
        ours.Version == item.Version && ours.Json.Span.SequenceEqual(item.Json.Span);

    private void Archive(Dictionary<string, T> items, WireItem<TWire> item)
    {
        items.Remove(item.Id);
        _archived[item.Id] = Math.Max(item.Version, ArchivedVersion(item.Id));
    }

    private long ArchivedVersion(string id) => _archived.TryGetValue(id, out var version) ? version : long.MinValue;
}
