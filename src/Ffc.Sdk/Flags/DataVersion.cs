namespace Ffc.Sdk.Flags;

/// <summary>The version of a data set.</summary>
/// <param name="Timestamp">The newest timestamp of all items, in Unix milliseconds; 0 if there are no items.</param>
/// <param name="Revision">
/// Orders data sets across instances. It starts as the timestamp and increases with every change. The timestamp is not enough:
/// if the newest flag is archived while the connection is down, no remaining item shows the change.
/// </param>
internal readonly record struct DataVersion(long Timestamp, long Revision);
