using Ffc.Functions.Api;
using Ffc.Functions.Ofrep;
using Ffc.Sdk;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Ffc.Functions.Functions;

/// <summary>Answers what one flag gives a user, to clients that speak the OpenFeature Remote Evaluation Protocol.</summary>
public sealed class OfrepEvaluateFlag(FfcClient client, ILogger<OfrepEvaluateFlag> logger)
{
    /// <summary>Runs for <c>POST ofrep/v1/evaluate/flags/{key}</c> with <c>{ "context": {…} }</c>. Sends the evaluation's events.</summary>
    /// <returns>
    /// The flag's value in the flag's own type. 400 when the context is wrong, 404 when there is no such flag, 503 when there is no
    /// data yet, all in the protocol's shape.
    /// </returns>
    [Function("OfrepEvaluateFlag")]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "ofrep/v1/evaluate/flags/{key}")] HttpRequest request,
        string key,
        CancellationToken cancellationToken) => OfrepResult.From(logger, key, async () =>
        {
            using var body = await JsonBody.ReadAsync(request, cancellationToken);
            var user = OfrepContext.ReadUser(body);
            if (!client.Initialized)
                throw OfrepError.NoFlags(NotReady.Because(client));

            var isStale = client.FlagData.Source == FlagDataSource.Snapshot;
            return client.Evaluator.Evaluate(key, user) is { } evaluation
                ? new JsonResponse(writer => OfrepEvaluation.Write(writer, evaluation, isStale))
                : throw OfrepError.FlagNotFound();
        });
}
