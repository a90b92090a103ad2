using System.Runtime.InteropServices;
using Ffc.Sdk.Flags;
using Microsoft.AspNetCore.Http;

namespace Ffc.Functions.Api;

/// <summary>A response whose JSON contains an array of cached results.</summary>
/// <param name="start">The text before the results.</param>
/// <param name="fragments">The results.</param>
/// <param name="endOfResult">The text after each result that is not malformed.</param>
/// <param name="end">The text after the results.</param>
internal sealed class FragmentResponse(
    ReadOnlyMemory<byte> start, List<ResultFragment> fragments, ReadOnlyMemory<byte> endOfResult, ReadOnlyMemory<byte> end)
    : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        var length = Length();
        response.ContentType = JsonResponse.ContentType;
        response.ContentLength = length;

        // After the start, the text is written directly to the buffer that is sent, and needs no other copy.
        await response.StartAsync(httpContext.RequestAborted);
        CopyTo(response.BodyWriter.GetSpan(length));
        response.BodyWriter.Advance(length);
        await response.BodyWriter.FlushAsync(httpContext.RequestAborted);
    }

    private int Length()
    {
        var length = start.Length + Math.Max(fragments.Count - 1, 0) + end.Length;
        foreach (var fragment in CollectionsMarshal.AsSpan(fragments))
            length += fragment.Utf8.Length + (fragment.Variation is null ? 0 : endOfResult.Length);
        return length;
    }

    private void CopyTo(Span<byte> body)
    {
        Append(ref body, start.Span);
        var isFirst = true;
        foreach (var fragment in CollectionsMarshal.AsSpan(fragments))
        {
            if (!isFirst)
                Append(ref body, ","u8);
            isFirst = false;
            Append(ref body, fragment.Utf8);
            if (fragment.Variation is not null)
                Append(ref body, endOfResult.Span);
        }

        Append(ref body, end.Span);
    }

    private static void Append(ref Span<byte> body, ReadOnlySpan<byte> text)
    {
        text.CopyTo(body);
        body = body[text.Length..];
    }
}
