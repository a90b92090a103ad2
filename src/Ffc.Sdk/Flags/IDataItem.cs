namespace Ffc.Sdk.Flags;

/// <summary>
/// The common members of flags and segments. The store compares versions and contents, and snapshots store the JSON.
/// </summary>
internal interface IDataItem
{
    string Id { get; }

    /// <summary>The timestamp of the item, in Unix milliseconds.</summary>
    long Version { get; }

    /// <summary>The item's JSON exactly as it arrived: its hash, and where snapshots read it.</summary>
    ItemContent Content { get; }
}
