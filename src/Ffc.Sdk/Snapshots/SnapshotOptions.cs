namespace Ffc.Sdk;

/// <summary>
/// Where snapshots of the flag data are kept, and how often they are written and looked at. Every duration is above zero and at most a day.
/// </summary>
public sealed class SnapshotOptions
{
    /// <summary>The blob container of the function app's snapshots. Made when missing and allowed. Default <c>ffc-snapshots</c>.</summary>
    public string Container { get; set; } = "ffc-snapshots";

    /// <summary>
    /// A folder to keep snapshots in, where no <see cref="FfcOptions.SnapshotStore"/> is given. Made when missing. Null for none.
    /// </summary>
    public string? Path { get; set; }

    /// <summary>How long after a change the snapshot is written; changes that come meanwhile go with it. Default 5 s.</summary>
    public TimeSpan MinWriteInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often the snapshot is looked at again while the stream is not OK. Default 30 s.</summary>
    public TimeSpan RefreshInterval { get; set; } = TimeSpan.FromSeconds(30);

    internal SnapshotOptions Copy() => (SnapshotOptions)MemberwiseClone();
}
