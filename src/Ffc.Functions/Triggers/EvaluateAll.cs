using System.Text.Json;
using Ffc.Functions.Api;
using Ffc.Sdk;
using Ffc.Sdk.Evaluation;
using Ffc.Sdk.Flags;
using Ffc.Sdk.Health;
using Microsoft.AspNetCore.Http;

namespace Ffc.Functions.Triggers;

/// <summary>Evaluates all flags, or selected flags, for a user.</summary>
public sealed class EvaluateAll(FfcClient client)
{
    /// <summary>Handles <c>POST evaluate</c> with <c>{ "user": {…}, "keys": […]?, "track": true? }</c>.</summary>
    /// <returns>
    /// The states of all flags, or of those in <c>keys</c>; unknown keys are left out. Values are text. 503 if there is no flag
    /// data. Sends insight events for the returned flags only if <c>track</c> is true.
    /// </returns>
    [Function("EvaluateAll")]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "evaluate")] HttpRequest request,
        CancellationToken cancellationToken) => ApiResult.From(async () =>
        {
            using var body = await JsonBody.ReadAsync(request, cancellationToken);
            var user = body.User();
            var keys = Keys(body);
            var isTracked = IsTracked(body);

            DataSource.AddTo(request.HttpContext.Response, client);
            return client.Initialized
                ? FlagStateJson.Result(Evaluate(user, keys, isTracked))
                : throw ApiProblem.Unavailable(ClientHealth.NotReadyReason(client), ApiProblem.NotReadyRetryDelay);
        });

    private List<ResultFragment> Evaluate(FfcUser user, HashSet<string>? keys, bool isTracked)
    {
        var (evaluator, format) = (client.Evaluator, FlagStateFormat.Of(client));
        var data = evaluator.Data;
        var fragments = new List<ResultFragment>(keys?.Count ?? data.Flags.Count);
        foreach (var flag in data.Flags)
        {
            if (keys?.Contains(flag.Key) == false)
                continue;
            var evaluation = new FlagEvaluation(data, flag, evaluator.EvaluateWithoutEvents(data, flag, user));
            if (evaluation.IsMalformed)
                continue;

            fragments.Add(evaluation.FragmentFor(format));
            if (isTracked)
                evaluator.EvaluateAndRecord(data, flag, user);
        }

        return fragments;
    }

    private static bool IsTracked(JsonBody body) => body.Member("track") switch
    {
        null or { ValueKind: JsonValueKind.False } => false,
        { ValueKind: JsonValueKind.True } => true,
        _ => throw ApiProblem.BadMember("track", "must be true or false"),
    };

    private static HashSet<string>? Keys(JsonBody body)
    {
        if (body.Member("keys") is not { } json)
            return null;
        if (json.ValueKind != JsonValueKind.Array)
            throw ApiProblem.BadMember("keys", "must be an array of flag keys");

        var keys = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (index, item) in json.EnumerateArray().Index())
        {
            keys.Add(item.ValueKind == JsonValueKind.String
                ? item.GetString()!
                : throw ApiProblem.BadMember($"keys[{index}]", "must be a string"));
        }

        return keys;
    }
}
