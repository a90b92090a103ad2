namespace Ffc.Sdk;

/// <summary>Settings of the outbox, which stores insights that cannot be delivered now.</summary>
public sealed class OutboxOptions
{
    /// <summary>
    /// The folder for batches, without blob storage. Processes on one machine may share it. Null for no folder: undelivered
    /// insights then wait in memory, and are lost when the process ends.
    /// </summary>
    public string? Path { get; set; }

    internal OutboxOptions Copy() => (OutboxOptions)MemberwiseClone();
}
