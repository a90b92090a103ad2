namespace Ffc.Sdk.OpenFeature.Mapping;

/// <summary>The names and values of the metadata of a flag. The OFREP functions compile this file as well.</summary>
internal static class OpenFeatureMetadata
{
    /// <summary>The reason of the evaluation, as text of FFC.</summary>
    public const string Reason = "ffc.reason";

    /// <summary>The display name of the flag.</summary>
    public const string Name = "ffc.name";

    /// <summary>The newest timestamp in the flag data, in Unix milliseconds.</summary>
    public const string DataVersion = "ffc.dataVersion";

    /// <summary>Present and true if the flag data is from a snapshot that the server has not confirmed.</summary>
    public const string Stale = "stale";

    /// <summary>Whether the current flag data is from a snapshot that the server has not confirmed.</summary>
    public static bool IsStale(IFfcClient client) => client.FlagData.Source == FlagDataSource.Snapshot;
}
