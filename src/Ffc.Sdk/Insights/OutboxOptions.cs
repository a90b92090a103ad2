namespace Ffc.Sdk;

/// <summary>Where insights are kept that cannot be delivered now.</summary>
public sealed class OutboxOptions
{
    /// <summary>
    /// The blob container for them, where the host has blob storage; the refused ones go to the container of the same name with
    /// <c>-rejected</c> behind it. 3 to 54 lower-case letters, digits and single hyphens. Default <c>ffc-insights</c>.
    /// </summary>
    public string Container { get; set; } = "ffc-insights";

    /// <summary>
    /// A folder for them, where there is no blob storage. Processes on one machine may share it. Null for none: undelivered insights
    /// then wait in memory, and are lost with the process.
    /// </summary>
    public string? Path { get; set; }

    internal OutboxOptions Copy() => (OutboxOptions)MemberwiseClone();
}
