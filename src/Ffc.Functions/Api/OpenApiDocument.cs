namespace Ffc.Functions.Api;

/// <summary>The OpenAPI document of the HTTP functions: the file <c>openapi.json</c>.</summary>
internal static class OpenApiDocument
{
    /// <summary>The document. Read on first use.</summary>
    public static byte[] Utf8 { get; } = Read();

    private static byte[] Read()
    {
        using var resource = typeof(OpenApiDocument).Assembly.GetManifestResourceStream("openapi.json")!;
        var utf8 = new byte[resource.Length];
        resource.ReadExactly(utf8);
        return utf8;
    }
}
