using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Flags;

/// <summary>Merges incoming flags, or segments, into the current ones. Not thread-safe.</summary>
/// <typeparam name="T"><see cref="Flag"/> or <see cref="Segment"/>.</typeparam>
/// <param name="kind">The name of the item type in the log: <c>flag</c> or <c>segment</c>.</param>
/// <param name="reportInvalid">Reports an item that cannot be compiled.</param>
/// <param name="logger">Receives the warnings of the compilation.</param>
internal sealed class ItemMerge<T>(string kind, Action<string> reportInvalid, ILogger logger)
    where T : class, IDataItem
{
    // The versions at which items were archived. An older version that arrives late must not restore an item.
    private readonly Dictionary<string, long> _archived = new(StringComparer.Ordinal);

    // The items of patches since the last request for a full. They may be newer than the full.
    private readonly HashSet<string> _patchedSinceRequest = new(StringComparer.Ordinal);

    /// <summary>Records that a full is requested now.</summary>
    public void RequestingFull() => _patchedSinceRequest.Clear();

    /// <summary>Applies a patch. For each item, the newer version is kept.</summary>
    /// <param name="held">The current items; changed in place.</param>
    /// <param name="items">The items that arrived.</param>
    /// <param name="version">Raised to the largest version of all applied items.</param>
    /// <returns>The ids of the applied items.</returns>
    public HashSet<string> Patch(Dictionary<string, T> held, IReadOnlyList<IncomingItem<T>> items, ref long version)
    {
        var changed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in items)
        {
            var known = held.TryGetValue(item.Id, out var current) ? current.Version : ArchivedVersion(item.Id);
            if (item.Version <= known)
                continue;

            if (item.IsArchived)
                Archive(held, item);
            else if (CompileOrReport(item) is { } compiled)
                held[item.Id] = compiled;
            else
                continue;

            changed.Add(item.Id);
            version = Math.Max(version, item.Version);
            _patchedSinceRequest.Add(item.Id);
        }

        return changed;
    }

    /// <summary>Applies a full. Items of patches that are newer than the full are kept.</summary>
    /// <param name="held">The current items; not changed.</param>
    /// <param name="items">All items of the full.</param>
    /// <param name="fullVersion">The data version of the full.</param>
    public Dictionary<string, T> Full(Dictionary<string, T> held, IReadOnlyList<IncomingItem<T>> items, long fullVersion)
    {
        var next = new Dictionary<string, T>(items.Count, StringComparer.Ordinal);
        foreach (var item in items)
        {
            var current = next.GetValueOrDefault(item.Id) ?? held.GetValueOrDefault(item.Id);
            if (current is not null && (current.Version > item.Version || IsSame(current, item)))
                next[item.Id] = current;
            else if (item.IsArchived)
                Archive(next, item);
            else if (item.Version > ArchivedVersion(item.Id) && CompileOrReport(item) is { } compiled)
                next[item.Id] = compiled;
        }

        if (_patchedSinceRequest.Count > 0)
        {
            foreach (var current in held.Values)
            {
                if (current.Version > fullVersion && _patchedSinceRequest.Contains(current.Id))
                    next.TryAdd(current.Id, current);
            }
        }

        return next;
    }

    // Unchanged items keep their compiled object. After a short disconnection, most items are unchanged.
    private static bool IsSame(T current, IncomingItem<T> item) =>
        current.Version == item.Version && current.Json.Span.SequenceEqual(item.Json.Span);

    private T? CompileOrReport(IncomingItem<T> item)
    {
        try
        {
            return item.Compile(logger);
        }
        catch (FormatException exception)
        {
            reportInvalid($"{kind} {item.Id}: {exception.Message}");
            return null;
        }
    }

    private void Archive(Dictionary<string, T> items, IncomingItem<T> item)
    {
        items.Remove(item.Id);
        _archived[item.Id] = Math.Max(item.Version, ArchivedVersion(item.Id));
    }

    private long ArchivedVersion(string id) => _archived.TryGetValue(id, out var version) ? version : long.MinValue;
}
