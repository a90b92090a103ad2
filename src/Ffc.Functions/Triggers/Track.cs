using System.Text.Json;
using Ffc.Functions.Api;
using Ffc.Sdk;
using Microsoft.AspNetCore.Http;

namespace Ffc.Functions.Triggers;

/// <summary>Accepts metrics of a user.</summary>
public sealed class Track(IFfcClient client)
{
    private const int MaxMetrics = 100;

    // About the interval at which the queue is flushed and a failed outbox is retried.
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    /// <summary>Handles <c>POST track</c> with <c>{ "user": {…}, "metrics": [{ "eventName", "numericValue"? }] }</c>.</summary>
    /// <returns>
    /// 202 when all metrics are in the queue or, if the queue is full, in the outbox. 503 if both fail; then no metric is
    /// accepted.
    /// </returns>
    [Function("Track")]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "track")] HttpRequest request,
        CancellationToken cancellationToken) => ApiResult.From(async () =>
        {
            using var body = await JsonBody.ReadAsync(request, cancellationToken);
            var user = body.User();
            var metrics = Metrics(body);
            try
            {
                return await client.TryTrackAsync(user, metrics, cancellationToken)
                    ? TypedResults.StatusCode(StatusCodes.Status202Accepted)
                    : throw ApiProblem.Unavailable(
                        "The metrics were not accepted: the queue is full, and the outbox is full or unavailable.", RetryAfter);
            }
            catch (InvalidMetricException exception)
            {
                throw ApiProblem.BadMember($"metrics[{exception.Index}].{exception.Member}", exception.Fault);
            }
        });

    private static List<KeyValuePair<string, double>> Metrics(JsonBody body)
    {
        if (body.Member("metrics") is not { ValueKind: JsonValueKind.Array } array)
            throw ApiProblem.BadMember("metrics", "must be an array of metrics");
        if (array.GetArrayLength() is 0 or > MaxMetrics)
            throw ApiProblem.BadMember("metrics", $"must contain 1 to {MaxMetrics} metrics");

        return [.. array.EnumerateArray().Index().Select(item => Metric($"metrics[{item.Index}]", item.Item))];
    }

    private static KeyValuePair<string, double> Metric(string path, JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw ApiProblem.BadMember(path, "must be an object");

        return new(Name($"{path}.eventName", json), Value($"{path}.numericValue", json));
    }

    private static string Name(string path, JsonElement metric)
    {
        if (!metric.TryGetProperty("eventName", out var name))
            throw ApiProblem.BadMember(path, "is missing");
        return name.ValueKind == JsonValueKind.String ? name.GetString()! : throw ApiProblem.BadMember(path, "must be a string");
    }

    private static double Value(string path, JsonElement metric)
    {
        if (!metric.TryGetProperty("numericValue", out var value) || value.ValueKind == JsonValueKind.Null)
            return 1;
        return value.ValueKind == JsonValueKind.Number
            ? JsonValues.Double(path, value)
            : throw ApiProblem.BadMember(path, "must be a number");
    }
}
