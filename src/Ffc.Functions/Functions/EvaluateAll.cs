using System.Text.Json;
using Ffc.Functions.Api;
using Ffc.Sdk;
using Microsoft.AspNetCore.Http;

namespace Ffc.Functions.Functions;

/// <summary>Answers what all flags, or some, give a user.</summary>
public sealed class EvaluateAll(IFfcClient client)
{
    /// <summary>Runs for <c>POST evaluate</c> with <c>{ "user": {…}, "keys": […]?, "track": true? }</c>.</summary>
    /// <returns>
    /// The flags' states, values as text; of those in <c>keys</c> where it is given, leaving out keys that no flag has. 503 when
    /// there is no data yet. Sends no events, unless <c>track</c> is true: then those of the flags it answers.
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

            var states = client.GetAllFlags(user);
            if (!states.Success)
                throw ApiProblem.Unavailable(
                    client.Initialized ? $"The flags could not be evaluated ({states.Error})." : NotReady.Because(client), ApiProblem.SoonAgain);

            var answered = keys is null ? states.States : [.. states.States.Where(state => keys.Contains(state.FlagKey))];
            if (isTracked)
            {
                foreach (var state in answered)
                    states.Get(state.FlagKey);
            }

            return FlagStateJson.Result(answered);
        });

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
            var member = $"keys[{index}]";
            keys.Add(item.ValueKind == JsonValueKind.String
                ? JsonValues.Text(member, item)
                : throw ApiProblem.BadMember(member, "must be a string"));
        }

        return keys;
    }
}
