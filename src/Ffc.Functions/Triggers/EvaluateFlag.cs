using System.Text.Json;
using Ffc.Functions.Api;
using Ffc.Sdk;
using Ffc.Sdk.Health;
using Microsoft.AspNetCore.Http;

namespace Ffc.Functions.Triggers;

/// <summary>Evaluates one flag for a user.</summary>
public sealed class EvaluateFlag(FfcClient client)
{
    /// <summary>Handles <c>POST evaluate/{flagKey}</c> with <c>{ "user": {…}, "default": any }</c>.</summary>
    /// <returns>
    /// The state of the flag. <c>variation</c> has the JSON type of <c>default</c>; without a default it is text. If the flag
    /// cannot be evaluated, the default is returned; without a default, the response is 404 for an unknown flag and 503 if
    /// there is no flag data.
    /// </returns>
    [Function("EvaluateFlag")]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "evaluate/{*flagKey:minlength(1)}")] HttpRequest request,
        string flagKey,
        CancellationToken cancellationToken) => ApiResult.From(async () =>
        {
            var key = FlagKey.Checked(flagKey);
            using var body = await JsonBody.ReadAsync(request, cancellationToken);
            var user = body.User();
            DataSource.AddTo(request.HttpContext.Response, client);

            // A copy, because the default may be the response, which is written after the body is disposed.
            return body.Member("default") is { } defaultValue ? Evaluate(key, user, defaultValue.Clone()) : Evaluate(key, user);
        });

    private IResult Evaluate(string key, FfcUser user)
    {
        var state = client.VariationDetail<string?>(key, user, null);
        if (state.Value is not null)
            return FlagStateJson.Result(client, state, static (writer, value) => writer.WriteStringValue(value));

        return state.Error switch
        {
            EvaluationError.FlagNotFound => ApiProblem.NotFound(
                "No flag has this key, and the request has no default.", "flagKey"),
            EvaluationError.ClientNotReady => ApiProblem.Unavailable(
                $"{ClientHealth.NotReadyReason(client)} The request has no default.", ApiProblem.NotReadyRetryDelay),
            _ => ApiProblem.Unavailable(
                $"The flag could not be evaluated ({state.Reason}), and the request has no default.",
                ApiProblem.NotReadyRetryDelay),
        };
    }

    private IResult Evaluate(string key, FfcUser user, JsonElement defaultValue) => defaultValue.ValueKind switch
    {
        JsonValueKind.True or JsonValueKind.False => FlagStateJson.Result(
            client,
            client.VariationDetail(key, user, defaultValue.GetBoolean()),
            static (writer, value) => writer.WriteBooleanValue(value)),
        JsonValueKind.Number => EvaluateNumber(key, user, defaultValue),
        JsonValueKind.Object => FlagStateJson.Result(
            client,
            client.VariationDetail(key, user, JsonValues.Object(defaultValue)), JsonValues.Write),
        JsonValueKind.Array => FlagStateJson.Result(
            client,
            client.VariationDetail(key, user, JsonValues.Array(defaultValue)), JsonValues.Write),
        _ => FlagStateJson.Result(
            client,
            client.VariationDetail(key, user, defaultValue.GetString()!),
            static (writer, value) => writer.WriteStringValue(value)),
    };

    private IResult EvaluateNumber(string key, FfcUser user, JsonElement defaultValue)
    {
        // A decimal keeps all digits of a number. Numbers outside its range are read as double: large ones, and small ones that
        // a decimal would round to 0.
        if (defaultValue.TryGetDecimal(out var exact)
            && (exact != 0 || defaultValue.GetDouble() == 0)
            && client.VariationDetail(key, user, exact) is { Error: not EvaluationError.WrongType } state)
            return FlagStateJson.Result(client, state, static (writer, value) => writer.WriteNumberValue(value));

        return FlagStateJson.Result(
            client,
            client.VariationDetail(key, user, JsonValues.Double("default", defaultValue)),
            static (writer, value) => writer.WriteNumberValue(value));
    }
}
