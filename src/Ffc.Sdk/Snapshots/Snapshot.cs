using Ffc.Sdk.Protocol;
using Ffc.Sdk.Snapshots;

namespace Ffc.Sdk;

/// <summary>The flag data of one environment at one time, to be written to an <see cref="ISnapshotStore"/>.</summary>
public sealed record Snapshot
{
    /// <summary>Describes the content. Names consist of letters; values are ASCII text without control characters.</summary>
    public required IReadOnlyDictionary<string, string> Metadata { get; init; }

    /// <summary>A full <c>data-sync</c> message as gzipped JSON.</summary>
    public required ReadOnlyMemory<byte> Content { get; init; }

    /// <summary>Gets the name under which the snapshot of an environment is stored, such as <c>1__2__3.json.gz</c>.</summary>
    /// <param name="envSecret">The server-side secret of the environment. It cannot be recovered from the name.</param>
    /// <returns>The name; null if the secret is missing or invalid.</returns>
    public static string? GetName(string? envSecret)
    {
        try
        {
            return envSecret is null ? null : SnapshotMetadata.GetName(ServerProtocol.Parse(envSecret).EnvironmentName);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
