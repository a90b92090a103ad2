namespace Ffc.Sdk.Flags;

/// <summary>
/// A result of a flag as JSON in the format of a host, which is cached with the flag. The fragments of a flag are a list: a flag
/// has only a few different results.
/// </summary>
internal sealed class ResultFragment
{
    public required object Format { get; init; }

    /// <summary>The variation; null if the flag is malformed for the user.</summary>
    public required Variation? Variation { get; init; }

    public required string Reason { get; init; }

    public required bool IsSplit { get; init; }

    public required byte[] Utf8 { get; init; }

    /// <summary>The hash of <see cref="Utf8"/>, the same in all processes.</summary>
    public required ulong Hash { get; init; }

    /// <summary>The next fragment of the same flag; null if there is none.</summary>
    public required ResultFragment? Next { get; init; }
}
