using Ffc.Sdk.Protocol;
using Ffc.Sdk.Snapshots;

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

/// <summary>The flag data of an environment at one moment.</summary>
/// <param name="Metadata">What is said about the content. Names are letters; values are ASCII without control characters.</param>
/// <param name="Content">A <c>data-sync</c> message with everything, as gzipped JSON.</param>
public sealed record Snapshot(IReadOnlyDictionary<string, string> Metadata, ReadOnlyMemory<byte> Content)
{
    /// <summary>The name under which the snapshot of a secret's environment is stored, such as <c>1__2__3.json.gz</c>. Null where it is no secret.</summary>
    internal static string? NameFor(string? envSecret)
    {
        try
        {
            return envSecret is null ? null : SnapshotMetadata.NameOf(EnvironmentSecret.Parse(envSecret));
        }
        catch (FormatException)
        {
            return null;
        }
    }
}

/// <summary>A snapshot as it is stored.</summary>
/// <param name="Snapshot">The snapshot.</param>
/// <param name="Tag">Names this state of it: every write gives another one.</param>
public sealed record StoredSnapshot(Snapshot Snapshot, string Tag);

/// <summary>What is said about a stored snapshot.</summary>
/// <param name="Metadata">What was written with it.</param>
/// <param name="Tag">Names this state of it: every write gives another one.</param>
public sealed record SnapshotHead(IReadOnlyDictionary<string, string> Metadata, string Tag);
