using System.Text.Json;

namespace Ffc.DevServer.Streaming;

/// <summary>What a client says on its socket.</summary>
/// <param name="Type">The message type; null when there is none.</param>
/// <param name="Timestamp">The version from which the client wants to know more. 0 asks for everything.</param>
internal readonly record struct ClientMessage(string? Type, long Timestamp)
{
    /// <summary>Reads a message.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public static ClientMessage Read(ReadOnlyMemory<byte> utf8)
    {
        using var document = JsonDocument.Parse(utf8);
        try
        {
            var root = document.RootElement;
            var version = Member(Member(root, "data"), "timestamp");
            return new ClientMessage(
                Member(root, "messageType") is { ValueKind: JsonValueKind.String } type ? type.GetString() : null,
                version is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var timestamp) ? timestamp : 0);
        }
        catch (InvalidOperationException e)
        {
            // The reader's way to say that a string holds half a character.
            throw new JsonException("broken text", e);
        }
    }

    private static JsonElement? Member(JsonElement? element, string name) =>
        element is { ValueKind: JsonValueKind.Object } parent && parent.TryGetProperty(name, out var member) ? member : null;
}
