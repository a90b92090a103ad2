namespace Ffc.Sdk;

/// <summary>Describes the flag data that a client currently evaluates with.</summary>
public sealed record FlagDataInfo
{
    /// <summary>Where the data came from; <see cref="FlagDataSource.None"/> if there is no data.</summary>
    public FlagDataSource Source { get; init; }

    /// <summary>The newest timestamp in the data, in Unix milliseconds; 0 if there is no data.</summary>
    public long Version { get; init; }

    /// <summary>When the client started to use the data; null if there is no data.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>The number of flags.</summary>
    public int FlagCount { get; init; }

    /// <summary>The number of segments.</summary>
    public int SegmentCount { get; init; }

    /// <summary>
    /// When the snapshot was written that the data came from, by its writer's clock; null if the data did not come from a
    /// snapshot.
    /// </summary>
    public DateTimeOffset? SnapshotWritten { get; init; }
}
