namespace Ffc.Sdk;

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
