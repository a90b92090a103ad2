using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Ffc.Functions.Api;
using Ffc.Sdk;
using Ffc.Sdk.Flags;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Ffc.Functions.Ofrep;

/// <summary>
/// The response to a bulk evaluation, with a strong entity tag. The tag is a hash of the data version, the user, the hashes of
/// the results and the URL of the event stream, so the body is written only if the caller does not know the tag. A caller that
/// sends the current tag gets 304.
/// </summary>
internal sealed class OfrepBulkResponse(
    FfcUser user, List<ResultFragment> fragments, long dataVersion, bool isStale, string? eventStream) : IResult
{
    // Half of SHA-256 is enough, because a forged collision has no use for an attacker.
    private const int TagBytes = 16;

    // The start of the body, in front of the results.
    private const int StartLength = 10;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var (request, response) = (httpContext.Request, httpContext.Response);
        var tagged = new ArrayBufferWriter<byte>(1024);
        var membersLength = WriteTo(tagged);
        var tag = TagOf(tagged.WrittenSpan);

        response.Headers.ETag = tag;
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

        var members = tagged.WrittenMemory[..membersLength];
        var endOfResult = OfrepEvaluation.EndOfResult(dataVersion, isStale);
        await new FragmentResponse(members[..StartLength], fragments, endOfResult, members[StartLength..])
            .ExecuteAsync(httpContext);
    }

    private static bool IsKnown(StringValues ifNoneMatch, string tag)
    {
        if (ifNoneMatch.Count == 0 || !EntityTagHeaderValue.TryParseList(ifNoneMatch, out var known))
            return false;

        var current = new EntityTagHeaderValue(tag);
        return known.Any(candidate =>
            candidate.Equals(EntityTagHeaderValue.Any) || candidate.Compare(current, useStrongComparison: false));
    }

    private static string TagOf(ReadOnlySpan<byte> text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text, hash);
        return $"\"{Base64Url.EncodeToString(hash[..TagBytes])}\"";
    }

    /// <summary>Writes the body without the results, followed by what only the tag includes: the user and the hashes.</summary>
    /// <returns>The length of the body without the results, in bytes.</returns>
    private int WriteTo(ArrayBufferWriter<byte> buffer)
    {
        using var writer = new Utf8JsonWriter(buffer, JsonResponse.WriterOptions);
        OfrepEvaluation.WriteBulk(writer, dataVersion, isStale, eventStream);
        writer.Flush();
        var membersLength = buffer.WrittenCount;

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

        var hashes = buffer.GetSpan(fragments.Count * Unsafe.SizeOf<UInt128>() + 1);
        foreach (var fragment in CollectionsMarshal.AsSpan(fragments))
        {
            BinaryPrimitives.WriteUInt128LittleEndian(hashes, fragment.Hash);
            hashes = hashes[Unsafe.SizeOf<UInt128>()..];
        }

        buffer.Advance(fragments.Count * Unsafe.SizeOf<UInt128>());
        return membersLength;
    }
}
