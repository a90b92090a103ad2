using System.Net.Http.Headers;
using System.Text;

namespace Ffc.EndToEnd.Tests.Worker;

/// <summary>A request that the tests send to both hosts.</summary>
internal sealed record HostRequest(string Method, string Path, byte[]? Body = null)
{
    /// <summary>The content type of the body; null for none.</summary>
    public string? ContentType { get; init; } = "application/json";

    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    public static HostRequest Get(string path) => new("GET", path);

    public static HostRequest Post(string path, string body) => new("POST", path, Encoding.UTF8.GetBytes(body));

    public async Task<HostResponse> SendAsync(HttpClient http, CancellationToken cancellationToken)
    {
        // The URI class must not change the escapes.
        var options = new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true };
        Uri.TryCreate($"{http.BaseAddress!.GetLeftPart(UriPartial.Authority)}{Path}", options, out var uri);
        using var request = new HttpRequestMessage(new HttpMethod(Method), uri);
        if (Body is not null)
        {
            request.Content = new ByteArrayContent(Body);
            if (ContentType is not null)
                request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(ContentType);
        }

        foreach (var (name, value) in Headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
                request.Content!.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await http.SendAsync(request, cancellationToken);
        return new HostResponse(
            (int)response.StatusCode,
            string.Join('\n', response.Headers.Concat(response.Content.Headers)
                .Where(header => !HostResponse.OfConnection.Contains(header.Key))
                .OrderBy(header => header.Key, StringComparer.OrdinalIgnoreCase)
                .Select(header => $"{header.Key}: {string.Join(", ", header.Value)}")),
            Convert.ToHexString(await response.Content.ReadAsByteArrayAsync(cancellationToken)));
    }
}
