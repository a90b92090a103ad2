using System.Collections.Concurrent;

namespace Ffc.Sdk.Tests.Snapshots;

/// <summary>Keeps snapshots in memory as storage does, and fails as storage does where a test says so.</summary>
internal sealed class MemorySnapshotStore : ISnapshotStore
{
    private readonly ConcurrentDictionary<string, StoredSnapshot> _stored = new();
    private int _tag;
    private volatile int _reads;
    private volatile int _heads;

    /// <summary>Runs at the beginning of every call; may wait, or throw.</summary>
    public Func<CancellationToken, Task> OnCall { get; set; } = _ => Task.CompletedTask;

    /// <summary>Runs before a write looks at what is stored.</summary>
    public Action OnWrite { get; set; } = () => { };

    /// <summary>How often a whole snapshot was read.</summary>
    public int Reads => _reads;

    /// <summary>How often only the metadata was read.</summary>
    public int Heads => _heads;

    /// <summary>The one snapshot in it; null when there is none.</summary>
    public StoredSnapshot? Only => _stored.Values.SingleOrDefault();

    /// <summary>All that were written, the oldest first.</summary>
    public ConcurrentQueue<Snapshot> Written { get; } = new();

    /// <summary>Puts a snapshot there, as another instance does.</summary>
    public void Put(string name, Snapshot snapshot) => _stored[name] = new StoredSnapshot(snapshot, NextTag());

    public async Task<StoredSnapshot?> ReadAsync(string name, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _reads);
        await OnCall(cancellationToken);
        return _stored.GetValueOrDefault(name);
    }

    public async Task<SnapshotHead?> ReadHeadAsync(string name, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _heads);
        await OnCall(cancellationToken);
        return _stored.TryGetValue(name, out var stored) ? new SnapshotHead(stored.Snapshot.Metadata, stored.Tag) : null;
    }

    public async Task<bool> TryWriteAsync(string name, Snapshot snapshot, string? replacedTag, CancellationToken cancellationToken = default)
    {
        await OnCall(cancellationToken);
        OnWrite();
        var next = new StoredSnapshot(snapshot, NextTag());
        var written = replacedTag is null
            ? _stored.TryAdd(name, next)
            : _stored.TryGetValue(name, out var stored) && stored.Tag == replacedTag && _stored.TryUpdate(name, next, stored);
        if (written)
            Written.Enqueue(snapshot);
        return written;
    }

    private string NextTag() => $"tag {Interlocked.Increment(ref _tag)}";
}
