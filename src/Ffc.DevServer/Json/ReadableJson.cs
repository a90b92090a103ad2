using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Ffc.DevServer.Json;

/// <summary>Writes JSON for people: indented, and without escapes where possible.</summary>
internal static class ReadableJson
{
    private static readonly JsonWriterOptions Options = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string Write(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Options))
            write(writer);
        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
