using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Ffc.Sdk;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Ffc.Functions.Api;

/// <summary>
/// The JSON object in the body of a request. For invalid input, the members throw an <see cref="ApiProblem"/> that names the
/// fault.
/// </summary>
internal sealed class JsonBody : IDisposable
{
    /// <summary>The largest accepted body, in bytes.</summary>
    public const int MaxBytes = 64 * 1024;

    /// <summary>The deepest accepted nesting of objects and arrays.</summary>
    public const int MaxDepth = 64;

    private readonly JsonDocument _document;

    private JsonBody(JsonDocument document) => _document = document;

    public JsonElement Root => _document.RootElement;

    /// <summary>Reads the body of a request.</summary>
    /// <remarks>
    /// The body size limit of the server would close the connection. This method reads and drops the rest of a body that is too
    /// large, so that the connection can serve the next request.
    /// </remarks>
    /// <exception cref="ApiProblem">The body is too large, is not valid JSON in UTF-8, or is not an object.</exception>
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
                    // Without this call, the server cannot skip the rest of the body.
                    request.BodyReader.AdvanceTo(read.Buffer.End);
                    throw ApiProblem.TooLarge(MaxBytes);
                }

                if (!read.IsCompleted)
                {
                    request.BodyReader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                    continue;
                }

                // A copy, because the document may live longer than the buffers of the request.
                var utf8 = read.Buffer.ToArray();
                request.BodyReader.AdvanceTo(read.Buffer.End);
                return new JsonBody(Parse(utf8));
            }
        }
        catch (BadHttpRequestException exception)
        {
            throw ApiProblem.UnreadableBody(exception.StatusCode);
        }
        catch (IOException) when (!cancellationToken.IsCancellationRequested)
        {
            // Kestrel throws this for a chunk whose size is not a valid number.
            throw ApiProblem.UnreadableBody();
        }
    }

    /// <summary>A member of the body; null if it is missing or null.</summary>
    public JsonElement? Member(string name) =>
        Root.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>The member <c>user</c> of the body.</summary>
    /// <exception cref="ApiProblem">The user is missing or invalid.</exception>
    public FfcUser User()
    {
        try
        {
            return FfcUser.FromJson(
                Member("user") ?? throw ApiProblem.BadMember("user", "is missing: send an object with a key"));
        }
        catch (InvalidUserException exception)
        {
            throw ApiProblem.BadMember(
                exception.Member == "user" ? exception.Member : $"user.{exception.Member}", exception.Fault);
        }
    }

    public void Dispose() => _document.Dispose();

    private static bool IsJson(HttpRequest request)
    {
        if (request.Headers.ContentEncoding.Count > 0)
            return false;

        // The usual content types need not be parsed.
        if (request.ContentType is null or "" or "application/json" or "application/json; charset=utf-8")
            return true;

        return MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && (type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
                || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase))
            && (!type.Charset.HasValue || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase)
                || type.Charset.Equals("\"utf-8\"", StringComparison.OrdinalIgnoreCase));
    }

    private static JsonDocument Parse(ReadOnlyMemory<byte> body)
    {
        var utf8 = body.Span.StartsWith(Encoding.UTF8.Preamble) ? body[Encoding.UTF8.Preamble.Length..] : body;
        if (utf8.Length == 0)
            throw ApiProblem.BadRequest("The body is empty. Send a JSON object.");
        if (!Utf8.IsValid(utf8.Span))
            throw ApiProblem.BadRequest("The body is not valid UTF-8.");

        try
        {
            CheckTextAndDepth(utf8.Span);
            var document = JsonDocument.Parse(utf8);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document
                : throw ApiProblem.BadRequest("The body must be a JSON object.");
        }
        catch (JsonException exception)
        {
            throw ApiProblem.BadRequest(
                $"The body is invalid JSON at line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}.");
        }
    }

    /// <summary>
    /// Checks that every name and string is valid text and that the nesting is not too deep. <see cref="JsonDocument"/> accepts
    /// an unpaired surrogate such as <c>\ud800</c>, which fails only when a string is read. Its error for deep nesting does not
    /// name the cause.
    /// </summary>
    private static void CheckTextAndDepth(ReadOnlySpan<byte> utf8)
    {
        // The limit of the reader is too high to be reached, because its exception does not distinguish this fault from others.
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaxBytes });
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray && reader.CurrentDepth >= MaxDepth)
                throw ApiProblem.BadRequest($"The body is nested more than {MaxDepth} levels deep at {Position(utf8, reader)}.");
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName
                && reader.ValueIsEscaped && !IsText(reader))
                throw ApiProblem.BadRequest($"The body has a string with half of a surrogate pair at {Position(utf8, reader)}.");
        }
    }

    private static bool IsText(in Utf8JsonReader reader)
    {
        try
        {
            reader.GetString();
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static string Position(ReadOnlySpan<byte> utf8, in Utf8JsonReader reader)
    {
        var before = utf8[..(int)reader.TokenStartIndex];
        return $"line {before.Count((byte)'\n') + 1}, byte {before.Length - before.LastIndexOf((byte)'\n')}";
    }
}
