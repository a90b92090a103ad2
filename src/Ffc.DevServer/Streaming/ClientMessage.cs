using System.Text.Json;
using Ffc.DevServer.Json;

namespace Ffc.DevServer.Streaming;

/// <summary>A message from a client.</summary>
/// <param name="Type">The message type; null if there is none.</param>
/// <param name="Timestamp">The version that the client has; it requests newer items. 0 requests all data.</param>
internal readonly record struct ClientMessage(string? Type, long Timestamp)
{
    /// <exception cref="FormatException">The message is not valid JSON.</exception>
    public static ClientMessage Parse(ReadOnlyMemory<byte> utf8)
    {
        using var document = StrictJson.Parse(utf8);
        var root = document.RootElement;
        var version = GetMember(GetMember(root, "data"), "timestamp");
        return new ClientMessage(
            GetMember(root, "messageType") is { ValueKind: JsonValueKind.String } type ? type.GetString() : null,
            version is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var timestamp) ? timestamp : 0);
    }

    private static JsonElement? GetMember(JsonElement? element, string name) =>
        element is { ValueKind: JsonValueKind.Object } parent && parent.TryGetProperty(name, out var member) ? member : null;
}
