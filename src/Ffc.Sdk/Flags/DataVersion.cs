namespace Ffc.Sdk.Flags;

/// <summary>The version of a data set.</summary>
/// <param name="Timestamp">
/// The newest timestamp of all items that made the data set, in Unix milliseconds; 0 when there is none.
/// </param>
/// <param name="Revision">
/// Orders data sets across instances: the timestamp, but raised with every change. The timestamp alone does not order them:
/// when the newest flag is archived while the connection is down, no remaining item shows it.
/// </param>
internal readonly record struct DataVersion(long Timestamp, long Revision);
