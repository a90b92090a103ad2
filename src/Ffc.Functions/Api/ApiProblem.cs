using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Ffc.Functions.Api;

/// <summary>
/// An error response in the format <c>application/problem+json</c> (RFC 9457). It is also an exception, so that code that reads
/// a request can throw it where it detects the fault.
/// </summary>
internal sealed class ApiProblem : Exception, IResult
{
    /// <summary>The retry delay while there is no flag data: about the first retry delay of the stream.</summary>
    public static readonly TimeSpan NotReadyRetryDelay = TimeSpan.FromSeconds(1);

    private readonly TimeSpan? _retryAfter;

    private ApiProblem(int status, string detail, string? member = null, TimeSpan? retryAfter = null)
        : base(detail)
    {
        Status = status;
        Member = member;
        _retryAfter = retryAfter;
    }

    public int Status { get; }

    /// <summary>The invalid member of the request; null if the complete request is invalid.</summary>
    public string? Member { get; }

    /// <summary>A member of the request is invalid.</summary>
    /// <param name="member">The path of the member, such as <c>user.key</c>.</param>
    /// <param name="fault">The fault, as the predicate of a sentence with the member as its subject.</param>
    public static ApiProblem BadMember(string member, string fault) =>
        new(StatusCodes.Status400BadRequest, $"{member} {fault}.", member);

    /// <summary>The complete request is invalid.</summary>
    public static ApiProblem BadRequest(string detail) => new(StatusCodes.Status400BadRequest, detail);

    public static ApiProblem Unauthorized(string detail) => new(StatusCodes.Status401Unauthorized, detail);

    public static ApiProblem NotFound(string detail, string? member = null) => new(StatusCodes.Status404NotFound, detail, member);

    public static ApiProblem TooLarge(int limit) =>
        new(StatusCodes.Status413PayloadTooLarge, $"The body must not be larger than {limit / 1024} KiB.");

    public static ApiProblem UnsupportedMediaType() =>
        new(
            StatusCodes.Status415UnsupportedMediaType,
            "The body must be JSON in UTF-8. Send Content-Type: application/json and no Content-Encoding.");

    /// <summary>The request cannot be served now. The caller can retry after the delay.</summary>
    public static ApiProblem Unavailable(string detail, TimeSpan retryAfter) =>
        new(StatusCodes.Status503ServiceUnavailable, detail, retryAfter: retryAfter);

    /// <summary>The server could not read the body: it is malformed, incomplete or too slow.</summary>
    public static ApiProblem UnreadableBody(int status = StatusCodes.Status400BadRequest) =>
        new(status, "The body could not be read. Send the complete body, with a Content-Length or chunked.");

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = Status;
        if (_retryAfter is { } delay)
            response.Headers.RetryAfter = ((int)Math.Ceiling(delay.TotalSeconds)).ToString(CultureInfo.InvariantCulture);

        var body = new ProblemBody("about:blank", ReasonPhrases.GetReasonPhrase(Status), Status, Message, Member);
        return response.WriteAsJsonAsync(
            body, ApiJson.Readable.ProblemBody, "application/problem+json", httpContext.RequestAborted);
    }
}

/// <summary>The members of a problem, in the order of RFC 9457.</summary>
internal sealed record ProblemBody(
    string Type,
    string Title,
    int Status,
    string Detail,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Member);
