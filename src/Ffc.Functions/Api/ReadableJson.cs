using System.Text.Encodings.Web;
using System.Text.Json;

namespace Ffc.Functions.Api;

/// <summary>JSON without HTML escapes, which responses of this API do not need: apostrophes and names stay readable.</summary>
internal static class ReadableJson
{
    public static readonly JavaScriptEncoder Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    /// <summary>Returns the options of a JSON context with this encoder, for a context of its own.</summary>
    public static JsonSerializerOptions From(JsonSerializerOptions options) =>
        new(options) { TypeInfoResolver = null, Encoder = Encoder };
}
