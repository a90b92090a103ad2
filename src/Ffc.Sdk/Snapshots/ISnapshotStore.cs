
namespace Ffc.Sdk;

/// <summary>
/// Keeps one snapshot a name, for all instances together. A store need not understand what it keeps. Implementations are
/// thread-safe; whatever they throw is logged and never reaches an evaluation, and what takes longer than 5 s is given up.
/// </summary>
public interface ISnapshotStore
{
    /// <summary>Reads a snapshot.</summary>
    /// <param name="name">Which: letters, digits and <c>-_.~%</c>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Null when there is none.</returns>
    Task<StoredSnapshot?> ReadAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Reads what is said about a snapshot, without its content.</summary>
    /// <param name="name">Which: letters, digits and <c>-_.~%</c>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Null when there is none.</returns>
    Task<SnapshotHead?> ReadHeadAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Writes a snapshot, unless another writer came first. All of it is written, or nothing.</summary>
    /// <param name="name">Which: letters, digits and <c>-_.~%</c>.</param>
    /// <param name="snapshot">What to write.</param>
    /// <param name="replacedTag">The tag of the snapshot that it may take the place of; null where there must be none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether it was written: false when what is stored is not, or no more, what was to be replaced.</returns>
    Task<bool> TryWriteAsync(string name, Snapshot snapshot, string? replacedTag, CancellationToken cancellationToken = default);
}
