using Ffc.Functions.Api;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Ffc.Functions.Ofrep;

/// <summary>Runs the body of an OFREP function and turns whatever ends it into the protocol's response.</summary>
internal static partial class OfrepResult
{
    public static async Task<IResult> From(ILogger logger, string? flagKey, Func<ValueTask<IResult>> function)
    {
        OfrepError error;
        try
        {
            return await function();
        }
        catch (OfrepError e)
        {
            error = e;
        }
        catch (ApiProblem problem)
        {
            error = OfrepError.From(problem);
        }
        catch (Exception e) when (e is not (OperationCanceledException or IOException))
        {
            LogFailed(logger, e);
            error = OfrepError.Unexpected();
        }

        return flagKey is null ? error : error.About(flagKey);
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Error, Message = "An OFREP evaluation failed")]
    private static partial void LogFailed(ILogger logger, Exception e);
}
