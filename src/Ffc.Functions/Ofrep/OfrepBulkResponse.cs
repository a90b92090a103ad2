using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Ffc.Functions.Api;
using Ffc.Sdk;
using Ffc.Sdk.Evaluation;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Ffc.Functions.Ofrep;

/// <summary>
/// The response to a bulk evaluation, with a strong entity tag. The tag is a hash of the data version, the user, the result and
/// the URL of the event stream. A caller that sends the current tag gets 304.
/// </summary>
internal sealed class OfrepBulkResponse(
    FfcUser user, FlagEvaluation[] evaluations, long dataVersion, bool isStale, string? eventStream) : IResult
{
    // Half of SHA-256 is enough, because a forged collision has no use for an attacker.
    private const int TagBytes = 16;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var (request, response) = (httpContext.Request, httpContext.Response);
        using var buffer = new PooledBuffer();
        var bodyLength = WriteTo(buffer);
        var tag = new EntityTagHeaderValue(TagOf(buffer.WrittenSpan));

        response.Headers.ETag = tag.ToString();
        if (request.Headers.ContainsKey(HeaderNames.Origin))
        {
            // Without this header, a browser hides the tag from scripts.
            response.Headers.AccessControlExposeHeaders = HeaderNames.ETag;
        }

        if (IsKnown(request.Headers.IfNoneMatch, tag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        response.ContentType = JsonResponse.ContentType;
        response.ContentLength = bodyLength;
        await response.BodyWriter.WriteAsync(buffer.WrittenMemory[..bodyLength], httpContext.RequestAborted);
    }

    private static bool IsKnown(StringValues ifNoneMatch, EntityTagHeaderValue tag)
    {
        if (ifNoneMatch.Count == 0 || !EntityTagHeaderValue.TryParseList(ifNoneMatch, out var known))
            return false;

        return known.Any(candidate =>
            candidate.Equals(EntityTagHeaderValue.Any) || candidate.Compare(tag, useStrongComparison: false));
    }

    private static string TagOf(ReadOnlySpan<byte> text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text, hash);
        return $"\"{Base64Url.EncodeToString(hash[..TagBytes])}\"";
    }

    /// <summary>Writes the body, followed by the user, which only the tag includes.</summary>
    /// <returns>The length of the body, in bytes.</returns>
    private int WriteTo(PooledBuffer buffer)
    {
        using var writer = new Utf8JsonWriter(buffer, JsonResponse.WriterOptions);
        OfrepEvaluation.Write(writer, evaluations, dataVersion, isStale, eventStream);
        writer.Flush();
        var bodyLength = buffer.WrittenSpan.Length;

        writer.Reset();
        writer.WriteStartArray();
        writer.WriteStringValue(user.Key);
        writer.WriteStringValue(user.Name);
        writer.WriteStringValue(user.Email);
        writer.WriteStringValue(user.Country);
        foreach (var (name, value) in user.Custom.OrderBy(property => property.Key, StringComparer.Ordinal))
        {
            writer.WriteStringValue(name);
            writer.WriteStringValue(value);
        }

        writer.WriteEndArray();
        writer.Flush();
        return bodyLength;
    }

    /// <summary>
    /// A buffer of pooled arrays, so that a response with many flags does not allocate a large object each time.
    /// </summary>
    private sealed class PooledBuffer : IBufferWriter<byte>, IDisposable
    {
        private const int InitialSize = 16 * 1024;

        private byte[] _bytes = ArrayPool<byte>.Shared.Rent(InitialSize);
        private int _written;

        public ReadOnlySpan<byte> WrittenSpan => _bytes.AsSpan(0, _written);

        public ReadOnlyMemory<byte> WrittenMemory => _bytes.AsMemory(0, _written);

        public void Advance(int count) => _written += count;

        public Memory<byte> GetMemory(int sizeHint = 0)
        {
            var required = Math.Max(sizeHint, 1);
            if (_bytes.Length - _written < required)
            {
                var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_bytes.Length * 2, _written + required));
                WrittenSpan.CopyTo(larger);
                ArrayPool<byte>.Shared.Return(_bytes);
                _bytes = larger;
            }

            return _bytes.AsMemory(_written);
        }

        public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

        public void Dispose() => ArrayPool<byte>.Shared.Return(_bytes);
    }
}
