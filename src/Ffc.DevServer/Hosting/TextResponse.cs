namespace Ffc.DevServer.Hosting;

/// <summary>Plain-text responses.</summary>
internal static class TextResponse
{
    public static Task WriteTextAsync(this HttpResponse response, int status, string text)
    {
        response.StatusCode = status;
        response.ContentType = "text/plain; charset=utf-8";
        return response.WriteAsync(text + "\n", response.HttpContext.RequestAborted);
    }
}
