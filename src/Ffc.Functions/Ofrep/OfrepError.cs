using System.Globalization;
using System.Text.Json;
using Ffc.Functions.Api;
using Microsoft.AspNetCore.Http;

namespace Ffc.Functions.Ofrep;

/// <summary>What is wrong with an OFREP request, in the protocol's own shape. As an exception it ends the reading of a request.</summary>
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

    public static OfrepError TargetingKeyMissing() => new(
        StatusCodes.Status400BadRequest, "TARGETING_KEY_MISSING", "context.targetingKey is missing or blank: give the user's key.");

    public static OfrepError FlagNotFound() => new(StatusCodes.Status404NotFound, "FLAG_NOT_FOUND", "There is no flag of this key.");

    /// <summary>There are no flags.</summary>
    /// <param name="reason">Why, as a sentence.</param>
    public static OfrepError NoFlags(string reason) => new(StatusCodes.Status503ServiceUnavailable, "GENERAL", reason, retryAfter: ApiProblem.SoonAgain);

    public static OfrepError Unexpected() => new(
        StatusCodes.Status500InternalServerError, "GENERAL", "The evaluation failed. The host's log says why.");

    /// <summary>A fault that was found before it mattered which protocol the request speaks.</summary>
    public static OfrepError From(ApiProblem problem) =>
        new(problem.Status, problem.Status == StatusCodes.Status400BadRequest ? "PARSE_ERROR" : "GENERAL", problem.Message);

    /// <summary>The same, said of one flag.</summary>
    public OfrepError About(string flagKey) => new(_status, _code, Message, flagKey, _retryAfter);

    public Task ExecuteAsync(HttpContext httpContext)
    {
        if (_retryAfter is { } wait)
            httpContext.Response.Headers.RetryAfter = ((int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        return new JsonResponse(Write, _status).ExecuteAsync(httpContext);
    }

    private void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        if (_flagKey is not null)
            writer.WriteString("key", _flagKey);
        writer.WriteString("errorCode", _code);
        writer.WriteString("errorDetails", Message);
        writer.WriteEndObject();
    }
}
