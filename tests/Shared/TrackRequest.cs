using System.Text.Json;

namespace Ffc.Tests;

/// <summary>A request that a <see cref="TrackServer"/> received.</summary>
internal sealed record TrackRequest(string Path, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    private readonly Lazy<IReadOnlyList<JsonElement>> _events =
        new(() => [.. JsonDocument.Parse(Body).RootElement.EnumerateArray()]);

    public IReadOnlyList<JsonElement> Events => _events.Value;
}
