using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Ffc.Functions.Api;

/// <summary>A response whose JSON is written directly to the response body.</summary>
/// <param name="write">Writes the JSON.</param>
/// <param name="status">The HTTP status.</param>
internal sealed class JsonResponse(Action<Utf8JsonWriter> write, int status = StatusCodes.Status200OK) : IResult
{
    public const string ContentType = "application/json; charset=utf-8";

    public static readonly JsonWriterOptions WriterOptions = new() { Encoder = ReadableJson.Encoder };

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = status;
        response.ContentType = ContentType;
        await using (var writer = new Utf8JsonWriter(response.BodyWriter, WriterOptions))
            write(writer);
        await response.BodyWriter.FlushAsync(httpContext.RequestAborted);
    }
}
