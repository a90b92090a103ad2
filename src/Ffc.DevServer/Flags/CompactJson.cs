using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Ffc.DevServer.Flags;

/// <summary>The one way in which flags and messages are written, so that equal content gives equal bytes.</summary>
internal static class CompactJson
{
    // Nothing is escaped without need: people read these frames.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Options))
            write(writer);
        return buffer.WrittenSpan.ToArray();
    }
}
