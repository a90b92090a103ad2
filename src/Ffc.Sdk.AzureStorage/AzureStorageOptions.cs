using Microsoft.Extensions.Configuration;

namespace Ffc.Sdk.AzureStorage;

/// <summary>
/// The blob containers for snapshots and undelivered insights. Bound from the configuration section of the client. Missing
/// containers are created, if the credentials allow it.
/// </summary>
public sealed class AzureStorageOptions
{
    internal const string SnapshotSetting = "Snapshot:Container";
    internal const string OutboxSetting = "Outbox:Container";

    /// <summary>
    /// The container for snapshots of the flag data: setting <c>Ffc:Snapshot:Container</c>. 3 to 63 lower-case letters, digits
    /// and single hyphens. Default <c>ffc-snapshots</c>.
    /// </summary>
    [ConfigurationKeyName(SnapshotSetting)]
    public string SnapshotContainer { get; set; } = "ffc-snapshots";

    /// <summary>
    /// The container for undelivered insights: setting <c>Ffc:Outbox:Container</c>. Batches that the server rejects go to the
    /// container of the same name with the suffix <c>-rejected</c>. 3 to 54 lower-case letters, digits and single hyphens.
    /// Default <c>ffc-insights</c>.
    /// </summary>
    [ConfigurationKeyName(OutboxSetting)]
    public string OutboxContainer { get; set; } = "ffc-insights";

    /// <summary>The text before the name of a setting in messages: the configuration section and a colon.</summary>
    internal string SettingPrefix { get; set; } = "Ffc:";
}
