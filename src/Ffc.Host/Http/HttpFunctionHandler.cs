using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Ffc.Host.Http;

/// <summary>Handles the requests of one function: checks the key, calls the function and reports failures.</summary>
internal sealed partial class HttpFunctionHandler(HttpFunction function, FunctionKey? key, ILogger<HttpFunctionHandler> logger)
{
    private readonly FunctionKey? _key = function.NeedsKey ? key : null;

    public async Task HandleAsync(HttpContext context)
    {
        if (_key is not null && !_key.Admits(context.Request))
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            await Problem.WriteAsync(context, StatusCodes.Status401Unauthorized, FunctionKey.HowToSend);
            return;
        }

        try
        {
            var result = await function.CallAsync(context);
            await result.ExecuteAsync(context);
        }
        catch (Exception exception) when (context.RequestAborted.IsCancellationRequested
            && exception is OperationCanceledException or IOException)
        {
            // The caller has disconnected. This is not a failure of the function.
        }
        catch (BadHttpRequestException exception) when (!context.Response.HasStarted)
        {
            await Problem.WriteAsync(context, exception.StatusCode, exception.Message);
        }
        catch (Exception exception)
        {
            LogFailed(function.Function.Name, exception);
            await WriteFailureAsync(context);
        }
    }

    private static async Task WriteFailureAsync(HttpContext context)
    {
        if (context.Response.HasStarted || context.Response.BodyWriter is { CanGetUnflushedBytes: true, UnflushedBytes: > 0 })
        {
            // The response is incomplete. Abort it, so that the caller does not treat it as complete.
            context.Abort();
            return;
        }

        context.Response.Clear();
        await Problem.WriteAsync(
            context, StatusCodes.Status500InternalServerError, "The function failed. See the log of the host for the reason.");
    }

    [LoggerMessage(EventId = 150, Level = LogLevel.Error, Message = "Function '{Function}' failed")]
    private partial void LogFailed(string function, Exception exception);
}
