namespace Ffc.Sdk.Flags;

/// <summary>What a flag and a segment have in common: the store compares versions, and snapshots store the JSON.</summary>
internal interface IDataItem
{
    string Id { get; }

    /// <summary>The item's own timestamp, in Unix milliseconds.</summary>
    long Version { get; }

    /// <summary>The item's JSON exactly as it arrived.</summary>
    ReadOnlyMemory<byte> Json { get; }
}
