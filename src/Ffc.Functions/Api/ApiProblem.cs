using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Ffc.Functions.Api;

/// <summary>
/// The one way the function app reports that something is wrong: RFC 9457 <c>application/problem+json</c>. As an exception it ends
/// the reading of a request wherever the fault is found.
/// </summary>
internal sealed class ApiProblem : Exception, IResult
{
    /// <summary>When to ask again where there is no data yet: about as often as the stream tries to connect at first.</summary>
    public static readonly TimeSpan SoonAgain = TimeSpan.FromSeconds(1);

    private readonly TimeSpan? _retryAfter;

    private ApiProblem(int status, string detail, string? member = null, TimeSpan? retryAfter = null)
        : base(detail)
    {
        Status = status;
        Member = member;
        _retryAfter = retryAfter;
    }

    public int Status { get; }

    /// <summary>The member of the request at fault; null when it is the request as a whole.</summary>
    public string? Member { get; }

    /// <summary>A member of the request is wrong.</summary>
    /// <param name="member">Which, as a path such as <c>user.key</c>.</param>
    /// <param name="fault">What is wrong with it, as the end of a sentence that begins with the member.</param>
    public static ApiProblem BadMember(string member, string fault) =>
        new(StatusCodes.Status400BadRequest, $"{member} {fault}.", member);

    /// <summary>The request as a whole is wrong.</summary>
    public static ApiProblem BadRequest(string detail) => new(StatusCodes.Status400BadRequest, detail);

    public static ApiProblem NotFound(string detail, string member) => new(StatusCodes.Status404NotFound, detail, member);

    public static ApiProblem TooLarge(int limit) =>
        new(StatusCodes.Status413PayloadTooLarge, $"The body must not be larger than {limit / 1024} KiB.");

    public static ApiProblem UnsupportedMediaType() =>
        new(StatusCodes.Status415UnsupportedMediaType, "The body must be JSON in UTF-8: send Content-Type: application/json, and no Content-Encoding.");

    /// <summary>Nothing can be answered now, but soon.</summary>
    public static ApiProblem Unavailable(string detail, TimeSpan retryAfter) =>
        new(StatusCodes.Status503ServiceUnavailable, detail, retryAfter: retryAfter);

    /// <summary>The transport refused the request: a broken body, a body that comes too slowly.</summary>
    public static ApiProblem From(BadHttpRequestException e) =>
        new(e.StatusCode, "The request's body could not be read: send it whole, with a length or chunked.");

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = Status;
        if (_retryAfter is { } wait)
            response.Headers.RetryAfter = ((int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);

        var body = new ProblemBody("about:blank", ReasonPhrases.GetReasonPhrase(Status), Status, Message, Member);
        return response.WriteAsJsonAsync(body, ApiJson.Default.ProblemBody, "application/problem+json", httpContext.RequestAborted);
    }
}

/// <summary>The members of a problem, in the order of RFC 9457.</summary>
internal sealed record ProblemBody(
    string Type,
    string Title,
    int Status,
    string Detail,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Member);
