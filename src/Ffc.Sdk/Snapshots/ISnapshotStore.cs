namespace Ffc.Sdk;

/// <summary>
/// Stores one snapshot per name, shared by all instances. A store treats snapshots as opaque data. Implementations are
/// thread-safe. Their exceptions are logged and never reach an evaluation. A call that takes longer than 5 s is abandoned.
/// </summary>
public interface ISnapshotStore
{
    /// <summary>Reads a snapshot.</summary>
    /// <param name="name">The name. Consists of letters, digits and <c>-_.~%</c>.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The snapshot; null if there is none.</returns>
    Task<SnapshotEntry?> ReadAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Reads the metadata of a snapshot. <see cref="SnapshotEntry.Content"/> is then empty.</summary>
    /// <param name="name">The name. Consists of letters, digits and <c>-_.~%</c>.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The snapshot without content; null if there is none.</returns>
    Task<SnapshotEntry?> ReadMetadataAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Writes a snapshot if the stored one is still the expected one. A write is atomic.</summary>
    /// <param name="name">The name. Consists of letters, digits and <c>-_.~%</c>.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="expectedETag">The ETag of the snapshot to replace; null if there must be none.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>True if the snapshot was written; false if the stored snapshot is not the expected one.</returns>
    Task<bool> TryWriteAsync(
        string name, Snapshot snapshot, string? expectedETag, CancellationToken cancellationToken = default);
}
