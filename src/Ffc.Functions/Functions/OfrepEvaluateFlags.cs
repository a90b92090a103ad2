using Ffc.Functions.Api;
using Ffc.Functions.Ofrep;
using Ffc.Sdk;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Ffc.Functions.Functions;

/// <summary>Answers what all flags give a user, to clients that speak the OpenFeature Remote Evaluation Protocol.</summary>
public sealed class OfrepEvaluateFlags(FfcClient client, IOptions<OfrepOptions> options, ILogger<OfrepEvaluateFlags> logger)
{
    /// <summary>
    /// Runs for <c>POST ofrep/v1/evaluate/flags</c> with <c>{ "context": {…} }</c>. Sends no events, unless
    /// <see cref="OfrepOptions.TrackBulk"/> says so.
    /// </summary>
    /// <returns>
    /// All flags by key, with an entity tag; 304 when <c>If-None-Match</c> names that tag. 400 when the context is wrong, 503 when
    /// there is no data yet, both in the protocol's shape.
    /// </returns>
    [Function("OfrepEvaluateFlags")]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "ofrep/v1/evaluate/flags")] HttpRequest request,
        CancellationToken cancellationToken) => OfrepResult.From(logger, flagKey: null, async () =>
        {
            using var body = await JsonBody.ReadAsync(request, cancellationToken);
            var user = OfrepContext.ReadUser(body);
            if (!client.Initialized)
                throw OfrepError.NoFlags(NotReady.Because(client));

            var isStale = client.FlagData.Source == FlagDataSource.Snapshot;
            var (evaluations, dataVersion) = client.Evaluator.EvaluateAll(user, options.Value.TrackBulk);
            return new OfrepBulkResponse(user, evaluations, dataVersion, isStale);
        });
}
