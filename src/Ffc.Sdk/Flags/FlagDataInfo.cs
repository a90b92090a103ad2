namespace Ffc.Sdk;

/// <summary>Describes the flag data that a client currently evaluates with.</summary>
public sealed record FlagDataInfo
{
    /// <summary>The source of the data; <see cref="FlagDataSource.None"/> if there is no data.</summary>
    public FlagDataSource Source { get; init; }

    /// <summary>The newest timestamp in the data, in Unix milliseconds; 0 if there is no data.</summary>
    public long Version { get; init; }

    /// <summary>The time when the client started to use the data; null if there is no data.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>The number of flags.</summary>
    public int FlagCount { get; init; }

    /// <summary>The number of segments.</summary>
    public int SegmentCount { get; init; }

    /// <summary>
    /// The time when the source snapshot was written, by the clock of its writer; null if the data did not come from a snapshot.
    /// </summary>
    public DateTimeOffset? SnapshotWritten { get; init; }
}
