using Ffc.Sdk.Protocol.Ffc;
using Ffc.Sdk.Snapshots;

namespace Ffc.Sdk;

/// <summary>The flag data of an environment at one moment.</summary>
/// <param name="Metadata">What is said about the content. Names are letters; values are ASCII without control characters.</param>
/// <param name="Content">A <c>data-sync</c> message with everything, as gzipped JSON.</param>
public sealed record Snapshot(IReadOnlyDictionary<string, string> Metadata, ReadOnlyMemory<byte> Content)
{
    /// <summary>The name under which the snapshot of a secret's environment is stored, such as <c>1__2__3.json.gz</c>. Null where it is no secret.</summary>
    internal static string? NameFor(string? envSecret)
    {
        try
        {
            return envSecret is null ? null : SnapshotMetadata.NameOf(EnvironmentSecret.Parse(envSecret));
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
