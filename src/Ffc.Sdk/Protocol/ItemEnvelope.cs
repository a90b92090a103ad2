namespace Ffc.Sdk.Protocol;

/// <summary>The members of a wire item that identify it. Each is null if it is missing.</summary>
internal struct ItemEnvelope
{
    public string? Id { get; set; }

    public long? Version { get; set; }

    public bool? IsArchived { get; set; }
}
