using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Ffc.DevServer.Json;

/// <summary>Writes flags and messages as JSON. Equal content always gives equal bytes.</summary>
internal static class CompactJson
{
    // Non-ASCII characters are not escaped, because developers read these frames.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Options))
            write(writer);
        return buffer.WrittenSpan.ToArray();
    }
}
