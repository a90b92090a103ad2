namespace Ffc.Sdk;

/// <summary>Where flag data came from.</summary>
public enum FlagDataSource
{
    /// <summary>There is none.</summary>
    None,

    /// <summary>The options.</summary>
    Bootstrap,

    /// <summary>A snapshot that this or another instance wrote.</summary>
    Snapshot,

    /// <summary>The server.</summary>
    Stream,
}

/// <summary>What is known of the data in force.</summary>
/// <param name="Source">Where it came from.</param>
/// <param name="Version">The newest time stamp in it, in unix milliseconds; 0 when there is none.</param>
/// <param name="Since">When it came into force; null when there is none.</param>
/// <param name="Flags">How many flags it has.</param>
/// <param name="Segments">How many segments it has.</param>
public sealed record FlagDataInfo(FlagDataSource Source, long Version, DateTimeOffset? Since, int Flags, int Segments)
{
    /// <summary>When the snapshot that the data came from was written, by its writer's clock; null when it did not come from one.</summary>
    public DateTimeOffset? SnapshotWritten { get; init; }
}

/// <summary>Flags changed.</summary>
/// <param name="keys">Their keys.</param>
public sealed class FlagsChangedEventArgs(IReadOnlyCollection<string> keys) : EventArgs
{
    /// <summary>
    /// The keys of the flags that may answer differently now: new, gone or changed, or hanging on such a flag or on a segment that changed.
    /// </summary>
    public IReadOnlyCollection<string> Keys { get; } = keys;
}
