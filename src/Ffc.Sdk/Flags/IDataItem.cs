namespace Ffc.Sdk.Flags;

/// <summary>What the store needs to know of a flag or segment to tell which of two is newer, and to write it down again.</summary>
internal interface IDataItem
{
    string Id { get; }

    /// <summary>The item's own time stamp, in unix milliseconds.</summary>
    long Version { get; }

    /// <summary>The item as it came, for snapshots.</summary>
    ReadOnlyMemory<byte> Json { get; }
}
