using System.Globalization;
using System.Text.Json;
using Ffc.Functions.Api;
using Ffc.Sdk.OpenFeature.Mapping;
using Microsoft.AspNetCore.Http;

namespace Ffc.Functions.Ofrep;

/// <summary>
/// An error response in the format of OFREP. It is also an exception, so that code that reads a request can throw it where it
/// detects the fault.
/// </summary>
internal sealed class OfrepError : Exception, IResult
{
    private readonly int _status;
    private readonly string _code;
    private readonly string? _flagKey;
    private readonly TimeSpan? _retryAfter;

    private OfrepError(int status, string code, string details, string? flagKey = null, TimeSpan? retryAfter = null)
        : base(details)
    {
        _status = status;
        _code = code;
        _flagKey = flagKey;
        _retryAfter = retryAfter;
    }

    public static OfrepError InvalidContext(string details) => new(StatusCodes.Status400BadRequest, "INVALID_CONTEXT", details);

    public static OfrepError TargetingKeyMissing() =>
        new(StatusCodes.Status400BadRequest, "TARGETING_KEY_MISSING", OpenFeatureErrors.TargetingKeyMissing);

    public static OfrepError FlagNotFound() =>
        new(StatusCodes.Status404NotFound, "FLAG_NOT_FOUND", OpenFeatureErrors.FlagNotFound);

    /// <summary>The variation of the user was deleted on the server while the flag still used it.</summary>
    public static OfrepError MalformedFlag() =>
        new(StatusCodes.Status400BadRequest, "PARSE_ERROR", OpenFeatureErrors.MalformedFlag);

    /// <summary>There is no flag data.</summary>
    /// <param name="reason">The reason, as a sentence.</param>
    public static OfrepError NotReady(string reason) =>
        new(StatusCodes.Status503ServiceUnavailable, "GENERAL", reason, retryAfter: ApiProblem.NotReadyRetryDelay);

    public static OfrepError Unexpected() => new(
        StatusCodes.Status500InternalServerError, "GENERAL", "The evaluation failed. The log of the app has the reason.");

    /// <summary>Converts a problem that was thrown by code of all functions.</summary>
    public static OfrepError From(ApiProblem problem) =>
        new(problem.Status, problem.Status == StatusCodes.Status400BadRequest ? "PARSE_ERROR" : "GENERAL", problem.Message);

    /// <summary>Returns the same error with the key of a flag.</summary>
    public OfrepError ForFlag(string flagKey) => new(_status, _code, Message, flagKey, _retryAfter);

    public Task ExecuteAsync(HttpContext httpContext)
    {
        if (_retryAfter is { } delay)
        {
            httpContext.Response.Headers.RetryAfter =
                ((int)Math.Ceiling(delay.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        return new JsonResponse(Write, _status).ExecuteAsync(httpContext);
    }

    /// <summary>Writes the error as a JSON object.</summary>
    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        if (_flagKey is not null)
            writer.WriteString("key", _flagKey);
        writer.WriteString("errorCode", _code);
        writer.WriteString("errorDetails", Message);
        writer.WriteEndObject();
    }
}
