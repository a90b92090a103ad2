using System.Collections.Concurrent;

namespace Ffc.Sdk.Tests.Snapshots;

/// <summary>A snapshot store in memory that waits or fails when a test requests it.</summary>
internal sealed class MemorySnapshotStore : ISnapshotStore
{
    private readonly ConcurrentDictionary<string, SnapshotEntry> _entries = new();
    private int _lastETag;
    private volatile int _reads;
    private volatile int _metadataReads;

    /// <summary>Runs at the beginning of every call; may wait or throw.</summary>
    public Func<CancellationToken, Task> OnCall { get; set; } = _ => Task.CompletedTask;

    /// <summary>Runs at the beginning of every write, before the ETag is compared.</summary>
    public Action OnWrite { get; set; } = () => { };

    /// <summary>The number of reads of a complete snapshot.</summary>
    public int Reads => _reads;

    /// <summary>The number of reads of only the metadata.</summary>
    public int MetadataReads => _metadataReads;

    /// <summary>The only snapshot; null if there is none.</summary>
    public SnapshotEntry? Stored => _entries.Values.SingleOrDefault();

    /// <summary>All snapshots that were written, the oldest first.</summary>
    public ConcurrentQueue<Snapshot> Written { get; } = new();

    /// <summary>Stores a snapshot as another instance would.</summary>
    public void Put(string name, Snapshot snapshot) => _entries[name] = CreateEntry(snapshot);

    public async Task<SnapshotEntry?> ReadAsync(string name, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _reads);
        await OnCall(cancellationToken);
        return _entries.GetValueOrDefault(name);
    }

    public async Task<SnapshotEntry?> ReadMetadataAsync(string name, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _metadataReads);
        await OnCall(cancellationToken);
        return _entries.TryGetValue(name, out var entry) ? entry with { Content = default } : null;
    }

    public async Task<bool> TryWriteAsync(
        string name, Snapshot snapshot, string? expectedETag, CancellationToken cancellationToken = default)
    {
        await OnCall(cancellationToken);
        OnWrite();
        var next = CreateEntry(snapshot);
        var isWritten = expectedETag is null
            ? _entries.TryAdd(name, next)
            : _entries.TryGetValue(name, out var entry) && entry.ETag == expectedETag && _entries.TryUpdate(name, next, entry);
        if (isWritten)
            Written.Enqueue(snapshot);
        return isWritten;
    }

    private SnapshotEntry CreateEntry(Snapshot snapshot) => new()
    {
        Metadata = snapshot.Metadata,
        ETag = $"tag {Interlocked.Increment(ref _lastETag)}",
        Content = snapshot.Content,
    };
}
