using Ffc.Sdk.Internal;
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
            if (TryApply(item, held, before: held, ref version))
                changed.Add(item.Id);
        }

        _patchedSinceRequest.UnionWith(changed);
        return changed;
    }

    /// <summary>
    /// Applies a full. It replaces all items, regardless of their versions. Only items of patches that arrived after the request
    /// are kept, unless the full contains a newer version.
    /// </summary>
    /// <param name="held">The current items; not changed.</param>
    /// <param name="items">All items of the full.</param>
    /// <param name="keepPatchesAfter">Items of patches are kept only if they are newer than this version.</param>
    /// <param name="version">Raised to the largest version of all applied and kept items.</param>
    public Dictionary<string, T> Full(
        Dictionary<string, T> held, IReadOnlyList<IncomingItem<T>> items, long keepPatchesAfter, ref long version)
    {
        var next = new Dictionary<string, T>(items.Count, StringComparer.Ordinal);
        foreach (var (id, archived) in _archived)
        {
            if (archived > keepPatchesAfter && _patchedSinceRequest.Contains(id))
                version = Math.Max(version, archived);
            else
                _archived.Remove(id);
        }

        foreach (var id in _patchedSinceRequest)
        {
            if (held.TryGetValue(id, out var current) && current.Version > keepPatchesAfter)
            {
                next.Add(id, current);
                version = Math.Max(version, current.Version);
            }
        }

        foreach (var item in items)
            TryApply(item, next, before: held, ref version);
        return next;
    }

    /// <summary>Applies an item if it is newer than its version in <paramref name="items"/>.</summary>
    private bool TryApply(IncomingItem<T> item, Dictionary<string, T> items, Dictionary<string, T> before, ref long version)
    {
        if (items.TryGetValue(item.Id, out var current) ? item.Version <= current.Version : IsArchived(item))
            return false;

        if (item.IsArchived)
        {
            items.Remove(item.Id);
            _archived[item.Id] = item.Version;
        }
        else if (before.TryGetValue(item.Id, out var same) && IsSame(same, item))
        {
            items[item.Id] = same;
        }
        else if (CompileOrReport(item) is { } compiled)
        {
            items[item.Id] = compiled;
        }
        else
        {
            return false;
        }

        version = Math.Max(version, item.Version);
        return true;
    }

    private bool IsArchived(IncomingItem<T> item) =>
        _archived.TryGetValue(item.Id, out var version) && item.Version <= version;

    // Unchanged items keep their compiled object. After a short disconnection, most items are unchanged.
    private static bool IsSame(T current, IncomingItem<T> item) =>
        current.Version == item.Version && current.Content.Hash == item.Content.Hash;

    private T? CompileOrReport(IncomingItem<T> item)
    {
        try
        {
            return item.Compile(logger);
        }
        catch (FormatException exception)
        {
            reportInvalid($"{kind} {item.Id}: {exception.SafeMessage()}");
            return null;
        }
    }
}
