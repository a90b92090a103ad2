using Ffc.Functions.Api;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Ffc.Functions.Ofrep;

/// <summary>Runs the body of an OFREP function and converts exceptions to the error responses of the protocol.</summary>
internal static partial class OfrepResult
{
    public static async Task<IResult> From(ILogger logger, string? flagKey, Func<ValueTask<IResult>> function)
    {
        OfrepError error;
        try
        {
            return await function();
        }
        catch (OfrepError ofrepError)
        {
            error = ofrepError;
        }
        catch (ApiProblem problem)
        {
            error = OfrepError.From(problem);
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or IOException))
        {
            LogFailed(logger, exception);
            error = OfrepError.Unexpected();
        }

        return flagKey is null ? error : error.ForFlag(flagKey);
    }

    [LoggerMessage(EventId = 121, Level = LogLevel.Error, Message = "An OFREP evaluation failed")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
