using Ffc.Functions.Api;
using Ffc.Functions.Ofrep;
using Ffc.Sdk;
using Ffc.Sdk.Evaluation;
using Ffc.Sdk.Flags;
using Ffc.Sdk.Health;
using Ffc.Sdk.OpenFeature.Mapping;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Ffc.Functions.Triggers;

/// <summary>Evaluates all flags for a client of the OpenFeature Remote Evaluation Protocol (OFREP).</summary>
public sealed class OfrepEvaluateFlags(
    FfcClient client, EventStreams streams, IOptions<OfrepOptions> options, ILogger<OfrepEvaluateFlags> logger)
{
    /// <summary>
    /// Handles <c>POST ofrep/v1/evaluate/flags</c> with <c>{ "context": {…} }</c>. Sends insight events only if
    /// <see cref="OfrepOptions.TrackBulk"/> is set.
    /// </summary>
    /// <returns>
    /// All flags, ordered by key, with an entity tag; 304 if <c>If-None-Match</c> contains that tag. In the error format of the
    /// protocol: 400 if the context is invalid, 503 if there is no flag data.
    /// </returns>
    [Function("OfrepEvaluateFlags")]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "ofrep/v1/evaluate/flags")] HttpRequest request,
        CancellationToken cancellationToken) => OfrepResult.From(logger, flagKey: null, async () =>
        {
            using var body = await JsonBody.ReadAsync(request, cancellationToken);
            var user = OfrepContext.ReadUser(body);
            if (!client.Initialized)
                throw OfrepError.NotReady(ClientHealth.NotReadyReason(client));

            await streams.WaitForVersionAsync(request.Query["flagConfigEtag"], cancellationToken);
            var isStale = OpenFeatureMetadata.IsStale(client);
            var data = client.Evaluator.Data;
            return new OfrepBulkResponse(user, Evaluate(data, user), data.Version, isStale, streams.RequestUriFor(request));
        });

    private List<ResultFragment> Evaluate(DataSet data, FfcUser user)
    {
        var (evaluator, isTracked) = (client.Evaluator, options.Value.TrackBulk);
        var fragments = new List<ResultFragment>(data.Flags.Count);
        foreach (var flag in data.FlagsInOrder)
        {
            var result = isTracked
                ? evaluator.EvaluateAndRecord(data, flag, user)
                : evaluator.EvaluateWithoutEvents(data, flag, user);
            fragments.Add(new FlagEvaluation(data, flag, result).FragmentFor(OfrepFormat.Instance));
        }

        return fragments;
    }
}
