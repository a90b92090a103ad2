using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Ffc.Functions.Embedded.Http;

/// <summary>
/// Answers one function's requests: checks the key, calls the function, executes its result, reports what went wrong.
/// </summary>
internal sealed partial class HttpFunctionHandler(HttpFunction function, FunctionKey? key, ILogger<HttpFunctionHandler> logger)
{
    private readonly FunctionKey? _key = function.NeedsKey ? key : null;
    private readonly Type? _class = function.Function.Method.IsStatic ? null : function.Function.Class;

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
            var instance = _class is null ? null : context.RequestServices.GetRequiredService(_class);
            var result = await function.CallAsync(instance, context);
            await AnswerAsync(context, result);
        }
        catch (Exception exception) when (context.RequestAborted.IsCancellationRequested
            && exception is OperationCanceledException or IOException)
        {
            // The caller has gone: there is nobody to answer and nothing is wrong with the function.
        }
        catch (BadHttpRequestException exception) when (!context.Response.HasStarted)
        {
            await Problem.WriteAsync(context, exception.StatusCode, exception.Message);
        }
        catch (Exception exception)
        {
            LogFailed(logger, function.Function.Name, exception);
            await AnswerFailureAsync(context);
        }
    }

    private static async Task AnswerFailureAsync(HttpContext context)
    {
        if (context.Response.HasStarted || context.Response.BodyWriter is { CanGetUnflushedBytes: true, UnflushedBytes: > 0 })
        {
            // Half an answer must not look like a whole one, nor may what was not sent yet stand before the problem.
            context.Abort();
            return;
        }

        context.Response.Clear();
        await Problem.WriteAsync(
            context, StatusCodes.Status500InternalServerError, "The function failed. The host's log says why.");
    }

    private Task AnswerAsync(HttpContext context, object? result)
    {
        if (result is IResult httpResult)
            return httpResult.ExecuteAsync(context);
        if (result is not null)
            return ExecuteActionResultAsync(context, result);
        if (!function.ReturnsNothing)
            throw new InvalidOperationException("The function returned null instead of a result.");

        // A function without a result may have answered by itself.
        if (context.Response is { HasStarted: false, StatusCode: StatusCodes.Status200OK } response)
            response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    // A method of its own, so that MVC's assemblies are loaded only by functions that need them.
    private static Task ExecuteActionResultAsync(HttpContext context, object result) =>
        ((IActionResult)result).ExecuteResultAsync(new ActionContext(context, context.GetRouteData(), new ActionDescriptor()));

    [LoggerMessage(Level = LogLevel.Error, Message = "Function '{Function}' failed.")]
    private static partial void LogFailed(ILogger logger, string function, Exception exception);
}
