namespace Ffc.Sdk;

/// <summary>Settings of the outbox, which stores insights that cannot be delivered now.</summary>
public sealed class OutboxOptions
{
    /// <summary>
    /// The blob container for batches, if the host uses blob storage. Rejected batches go to a second container with the suffix
    /// <c>-rejected</c>. 3 to 54 lower-case letters, digits and single hyphens. Default <c>ffc-insights</c>.
    /// </summary>
    public string Container { get; set; } = "ffc-insights";

    /// <summary>
    /// The folder for batches, without blob storage. Processes on one machine may share it. Null for no folder: undelivered
    /// insights then wait in memory, and are lost when the process ends.
    /// </summary>
    public string? Path { get; set; }

    internal OutboxOptions Copy() => (OutboxOptions)MemberwiseClone();
}
