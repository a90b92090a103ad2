using System.Text.Json;
using Ffc.Functions.Api;
using Ffc.Sdk;
using Microsoft.AspNetCore.Http;

namespace Ffc.Functions.Functions;

/// <summary>Answers what one flag gives a user.</summary>
public sealed class EvaluateFlag(IFfcClient client)
{
    /// <summary>Runs for <c>POST evaluate/{flagKey}</c> with <c>{ "user": {…}, "default": any }</c>.</summary>
    /// <returns>
    /// The flag's state; <c>variation</c> has the JSON type of <c>default</c>, and is text where none is given. A flag that cannot
    /// be evaluated answers the default; without one, 404 when it is unknown and 503 when there is no data yet.
    /// </returns>
    [Function("EvaluateFlag")]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "evaluate/{flagKey}")] HttpRequest request,
        string flagKey,
        CancellationToken cancellationToken) => ApiResult.From(async () =>
        {
            var key = FlagKey.Checked(flagKey);
            using var body = await JsonBody.ReadAsync(request, cancellationToken);
            var user = body.User();
            // A copy, because it may be the answer, which is written when the body is gone.
            return body.Member("default") is { } defaultValue ? Evaluate(key, user, defaultValue.Clone()) : Evaluate(key, user);
        });

    private IResult Evaluate(string key, FfcUser user)
    {
        var state = client.VariationDetail<string?>(key, user, null);
        if (state.Value is not null)
            return FlagStateJson.Result(state, static (writer, value) => writer.WriteStringValue(value));

        return state.Error switch
        {
            EvaluationError.FlagNotFound => ApiProblem.NotFound("There is no flag of this key, and no default was given.", "flagKey"),
            EvaluationError.ClientNotReady => ApiProblem.Unavailable($"{NotReady.Because(client)} No default was given.", ApiProblem.SoonAgain),
            _ => ApiProblem.Unavailable($"The flag could not be evaluated ({state.Reason}), and no default was given.", ApiProblem.SoonAgain),
        };
    }

    private IResult Evaluate(string key, FfcUser user, JsonElement defaultValue) => defaultValue.ValueKind switch
    {
        JsonValueKind.True or JsonValueKind.False => FlagStateJson.Result(
            client.VariationDetail(key, user, defaultValue.GetBoolean()), static (writer, value) => writer.WriteBooleanValue(value)),
        JsonValueKind.Number => EvaluateNumber(key, user, defaultValue),
        JsonValueKind.Object => FlagStateJson.Result(
            client.VariationDetail(key, user, JsonValues.Object(defaultValue)), JsonValues.Write),
        JsonValueKind.Array => FlagStateJson.Result(
            client.VariationDetail(key, user, JsonValues.Array(defaultValue)), JsonValues.Write),
        _ => FlagStateJson.Result(
            client.VariationDetail(key, user, JsonValues.Text("default", defaultValue)), static (writer, value) => writer.WriteStringValue(value)),
    };

    private IResult EvaluateNumber(string key, FfcUser user, JsonElement defaultValue)
    {
        // As a decimal a number keeps all its digits; the few that do not fit are read as double: large ones, and those so small
        // that a decimal would make them 0.
        if (defaultValue.TryGetDecimal(out var exact)
            && (exact != 0 || defaultValue.GetDouble() == 0)
            && client.VariationDetail(key, user, exact) is { Error: not EvaluationError.WrongType } state)
            return FlagStateJson.Result(state, static (writer, value) => writer.WriteNumberValue(value));

        return FlagStateJson.Result(
            client.VariationDetail(key, user, JsonValues.Double("default", defaultValue)), static (writer, value) => writer.WriteNumberValue(value));
    }
}
