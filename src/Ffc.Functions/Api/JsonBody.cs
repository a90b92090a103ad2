using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;
using Ffc.Sdk;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Ffc.Functions.Api;

/// <summary>The JSON object that a request brought. Bad input ends in an <see cref="ApiProblem"/> that names the fault.</summary>
internal sealed class JsonBody : IDisposable
{
    /// <summary>The largest body that is read, in bytes.</summary>
    public const int MaxBytes = 64 * 1024;

    private readonly JsonDocument _document;

    private JsonBody(JsonDocument document) => _document = document;

    public JsonElement Root => _document.RootElement;

    /// <summary>Reads a request's body.</summary>
    /// <exception cref="ApiProblem">It is too large, not JSON, not UTF-8 or not an object.</exception>
    public static async ValueTask<JsonBody> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!IsJson(request))
            throw ApiProblem.UnsupportedMediaType();
        if (request.ContentLength > MaxBytes)
            throw ApiProblem.TooLarge(MaxBytes);

        try
        {
            while (true)
            {
                var read = await request.BodyReader.ReadAsync(cancellationToken);
                if (read.Buffer.Length > MaxBytes)
                {
                    // Given back, or the server cannot read past the rest of it to the connection's next request.
                    request.BodyReader.AdvanceTo(read.Buffer.End);
                    throw ApiProblem.TooLarge(MaxBytes);
                }

                if (!read.IsCompleted)
                {
                    request.BodyReader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                    continue;
                }

                // Copied, so that the document may outlive the request's buffers.
                var utf8 = read.Buffer.ToArray();
                request.BodyReader.AdvanceTo(read.Buffer.End);
                return new JsonBody(Parse(utf8));
            }
        }
        catch (BadHttpRequestException e)
        {
            throw ApiProblem.From(e);
        }
        catch (IOException) when (!cancellationToken.IsCancellationRequested)
        {
            // Kestrel's way to refuse the size of a chunk that no number holds.
            throw ApiProblem.BadRequest("The request's body could not be read: send it whole, with a length or chunked.");
        }
    }

    /// <summary>A member of the body; null when it is missing or null.</summary>
    /// <exception cref="ApiProblem">A member's name escapes half of a surrogate pair: JSON by its grammar, but no text.</exception>
    public JsonElement? Member(string name)
    {
        try
        {
            return Root.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
        }
        catch (InvalidOperationException)
        {
            throw ApiProblem.BadRequest("The body has a member whose name is not valid text.");
        }
    }

    /// <summary>The user that the body is about.</summary>
    /// <exception cref="ApiProblem">There is none, or it is wrong.</exception>
    public FfcUser User()
    {
        try
        {
            return FfcUser.FromJson(Member("user") ?? throw ApiProblem.BadMember("user", "is missing: give an object with a key"));
        }
        catch (InvalidUserException e)
        {
            throw ApiProblem.BadMember(e.Member == "user" ? e.Member : $"user.{e.Member}", e.Fault);
        }
    }

    public void Dispose() => _document.Dispose();

    private static bool IsJson(HttpRequest request)
    {
        if (request.Headers.ContentEncoding.Count > 0)
            return false;
        if (string.IsNullOrEmpty(request.ContentType))
            return true;

        return MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && (type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
                || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase))
            && (!type.Charset.HasValue || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase)
                || type.Charset.Equals("\"utf-8\"", StringComparison.OrdinalIgnoreCase));
    }

    private static JsonDocument Parse(byte[] utf8)
    {
        if (utf8.Length == 0)
            throw ApiProblem.BadRequest("The body is empty: send a JSON object.");
        if (!Utf8.IsValid(utf8))
            throw ApiProblem.BadRequest("The body is not valid UTF-8.");

        try
        {
            var document = JsonDocument.Parse(utf8);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document
                : throw ApiProblem.BadRequest("The body must be a JSON object.");
        }
        catch (JsonException e)
        {
            var depth = e.Message.Contains("depth", StringComparison.Ordinal) ? ", or nested more than 64 levels deep" : "";
            throw ApiProblem.BadRequest($"The body is not JSON{depth} (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}).");
        }
    }
}
