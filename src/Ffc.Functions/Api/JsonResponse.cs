using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Ffc.Functions.Api;

/// <summary>A 200 whose JSON is written straight into the response.</summary>
internal sealed class JsonResponse(Action<Utf8JsonWriter> write) : IResult
{
    // JSON in a JSON response needs no escapes for HTML's sake, and names stay readable.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.ContentType = "application/json; charset=utf-8";
        await using (var writer = new Utf8JsonWriter(response.BodyWriter, Options))
            write(writer);
        await response.BodyWriter.FlushAsync(httpContext.RequestAborted);
    }
}
