using System.Runtime.InteropServices;
using System.Text.Json;

namespace Ffc.DevServer.Insights;

/// <summary>An event as a client sent it.</summary>
/// <param name="Time">The time when it was received.</param>
/// <param name="Content">The event.</param>
/// <param name="Bytes">The approximate memory of the event.</param>
internal sealed record ReceivedEvent(DateTimeOffset Time, JsonElement Content, long Bytes)
{
    // The objects around the text, and the index entry that JsonDocument keeps for each value and name.
    private const int BytesPerEvent = 250;
    private const int BytesPerToken = 12;

    public static ReceivedEvent Create(DateTimeOffset time, JsonElement content)
    {
        var text = JsonMarshal.GetRawUtf8Value(content);
        var tokens = text.Count((byte)',') + text.Count((byte)':') + text.Count((byte)'{') + text.Count((byte)'[');
        return new ReceivedEvent(time, content, BytesPerEvent + text.Length + (long)BytesPerToken * tokens);
    }
}
