using Ffc.Functions.Api;
using Ffc.Functions.Ofrep;
using Ffc.Sdk;
using Ffc.Sdk.Health;
using Ffc.Sdk.OpenFeature.Mapping;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Ffc.Functions.Triggers;

/// <summary>Evaluates one flag for a client of the OpenFeature Remote Evaluation Protocol (OFREP).</summary>
public sealed class OfrepEvaluateFlag(FfcClient client, ILogger<OfrepEvaluateFlag> logger)
{
    /// <summary>Handles <c>POST ofrep/v1/evaluate/flags/{key}</c> with <c>{ "context": {…} }</c>. Sends insight events.</summary>
    /// <returns>
    /// The value of the flag in the flag's own type. In the error format of the protocol: 400 if the context is invalid or the
    /// flag is malformed, 404 for an unknown flag, 503 if there is no flag data.
    /// </returns>
    [Function("OfrepEvaluateFlag")]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "ofrep/v1/evaluate/flags/{*key:minlength(1)}")]
        HttpRequest request,
        string key,
        CancellationToken cancellationToken) => EvaluateAsync(request, FlagKey.Decode(key), cancellationToken);

    private Task<IResult> EvaluateAsync(HttpRequest request, string key, CancellationToken cancellationToken) =>
        OfrepResult.From(logger, key, async () =>
        {
            using var body = await JsonBody.ReadAsync(request, cancellationToken);
            var user = OfrepContext.ReadUser(body);
            if (!client.Initialized)
                throw OfrepError.NotReady(ClientHealth.NotReadyReason(client));

            var isStale = OpenFeatureMetadata.IsStale(client);
            if (client.Evaluator.Evaluate(key, user) is not { } evaluation)
                throw OfrepError.FlagNotFound();
            if (evaluation.IsMalformed)
                throw OfrepError.MalformedFlag();

            return new JsonResponse(writer => OfrepEvaluation.Write(writer, evaluation, isStale));
        });
}
