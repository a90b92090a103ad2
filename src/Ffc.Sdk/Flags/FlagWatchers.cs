namespace Ffc.Sdk.Flags;

/// <summary>
/// The watchers of single flags. A change wakes only the watchers of the changed flags. Thread-safe.
/// </summary>
internal sealed class FlagWatchers
{
    private readonly Lock _lock = new();

    // Guarded by _lock.
    private readonly Dictionary<string, HashSet<FlagWatcher>> _byKey = new(StringComparer.Ordinal);
    private bool _isClosed;

    /// <summary>Adds a watcher of a flag, which need not exist yet. Dispose the watcher to remove it.</summary>
    public FlagWatcher Add(string key)
    {
        var watcher = new FlagWatcher(this, key);
        lock (_lock)
        {
            if (_isClosed)
                watcher.Close();
            else if (_byKey.TryGetValue(key, out var watchers))
                watchers.Add(watcher);
            else
                _byKey.Add(key, [watcher]);
        }

        return watcher;
    }

    public void Remove(FlagWatcher watcher)
    {
        lock (_lock)
        {
            if (_byKey.TryGetValue(watcher.Key, out var watchers) && watchers.Remove(watcher) && watchers.Count == 0)
                _byKey.Remove(watcher.Key);
        }
    }

    /// <summary>Wakes the watchers of the flags. Does not wait for them.</summary>
    public void FlagsChanged(IReadOnlyCollection<string> keys)
    {
        lock (_lock)
        {
            if (_byKey.Count == 0)
                return;

            foreach (var key in keys)
            {
                if (!_byKey.TryGetValue(key, out var watchers))
                    continue;
                foreach (var watcher in watchers)
                    watcher.Wake();
            }
        }
    }

    /// <summary>Ends all watchers, also those that are added later.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
            foreach (var watcher in _byKey.Values.SelectMany(watchers => watchers))
                watcher.Close();
            _byKey.Clear();
        }
    }
}
