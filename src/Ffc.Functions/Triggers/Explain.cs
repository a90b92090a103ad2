using Ffc.Functions.Api;
using Ffc.Sdk;
using Ffc.Sdk.Health;
using Microsoft.AspNetCore.Http;

namespace Ffc.Functions.Triggers;

/// <summary>Explains why a user gets a value.</summary>
public sealed class Explain(IFfcClient client)
{
    /// <summary>Handles <c>POST explain/{flagKey}</c> with <c>{ "user": {…} }</c>. Sends no insight event.</summary>
    /// <returns>
    /// Every step of the evaluation; prerequisites to <see cref="ExplanationNesting.MaxLevels"/> levels. 404 if there is no flag
    /// with this key, 503 if there is no flag data.
    /// </returns>
    [Function("Explain")]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "explain/{*flagKey:minlength(1)}")] HttpRequest request,
        string flagKey,
        CancellationToken cancellationToken) => ApiResult.From(async () =>
        {
            var key = FlagKey.Checked(flagKey);
            using var body = await JsonBody.ReadAsync(request, cancellationToken);
            var explanation = client.Explain(key, body.User());
            return explanation.Error switch
            {
                EvaluationError.FlagNotFound => throw ApiProblem.NotFound(
                    string.Join(' ', ["No flag has this key.", .. explanation.Hints]), "flagKey"),
                EvaluationError.ClientNotReady =>
                    throw ApiProblem.Unavailable(ClientHealth.NotReadyReason(client), ApiProblem.NotReadyRetryDelay),
                _ => TypedResults.Json(ExplanationNesting.Limit(explanation), ExplanationJson.Readable.FlagExplanation),
            };
        });
}
