namespace Ffc.Sdk;

/// <summary>Settings for snapshots of the flag data. Every duration is above zero and at most an hour.</summary>
public sealed class SnapshotOptions
{
    /// <summary>
    /// The folder to store snapshots in if <see cref="FfcOptions.SnapshotStore"/> is null. Created if needed. Null for no
    /// snapshots.
    /// </summary>
    public string? Path { get; set; }

    /// <summary>
    /// The time from a change to the write of the snapshot, which includes all changes until then. Default 5 s.
    /// </summary>
    public TimeSpan MinWriteInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often the snapshot is read again while the stream is not OK. Default 30 s.</summary>
    public TimeSpan RefreshInterval { get; set; } = TimeSpan.FromSeconds(30);

    internal SnapshotOptions Copy() => (SnapshotOptions)MemberwiseClone();
}
