namespace Ffc.DevServer;

/// <summary>Answers in plain words.</summary>
internal static class Responses
{
    public static Task AnswerAsync(this HttpResponse response, int status, string text)
    {
        response.StatusCode = status;
        response.ContentType = "text/plain; charset=utf-8";
        return response.WriteAsync(text + "\n", response.HttpContext.RequestAborted);
    }
}
