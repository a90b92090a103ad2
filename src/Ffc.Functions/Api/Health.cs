using System.Text.Json.Serialization;
using Ffc.Functions.Observability;
using Ffc.Sdk;
using Ffc.Sdk.Health;
using Microsoft.AspNetCore.Http;

namespace Ffc.Functions.Api;

/// <summary>The responses of successful health checks.</summary>
internal static class Health
{
    public static IResult Live() => TypedResults.Json(new HealthBody("live"), ApiJson.Readable.HealthBody);

    public static IResult Ready(IFfcClient client, TimeProvider timeProvider)
    {
        // The instance still evaluates flags, so it stays in service. An operator must remove the cause.
        var data = client.FlagData;
        var streamProblem = ClientHealth.StreamProblem(client);
        var insightProblem = ClientHealth.InsightProblem(client);
        return TypedResults.Json(
            new HealthBody(
                (streamProblem ?? insightProblem) is null ? "ready" : "degraded",
                DataSource.NameOf(data.Source),
                data.Version,
                StatusBody.SnapshotAge(data, timeProvider),
                streamProblem is null ? null : DataFreshness.Seconds(client, timeProvider),
                streamProblem,
                insightProblem),
            ApiJson.Readable.HealthBody);
    }
}

/// <summary>The JSON of a health check.</summary>
/// <param name="Status"><c>live</c>, <c>ready</c> or <c>degraded</c>.</param>
/// <param name="Source">
/// The source of the flag data: <c>bootstrap</c>, <c>snapshot</c> or <c>stream</c>. Absent for <c>live</c>.
/// </param>
/// <param name="Version">The newest timestamp in the flag data, in Unix milliseconds. Absent for <c>live</c>.</param>
/// <param name="SnapshotAgeSeconds">The age of the snapshot, if the flag data came from one.</param>
/// <param name="DataAgeSeconds">The age of the flag data, if it is not updated.</param>
/// <param name="Stream">Why the flag data is not updated. Present only for <c>degraded</c>.</param>
/// <param name="Insights">Why insights are not delivered. Present only for <c>degraded</c>.</param>
internal sealed record HealthBody(
    string Status,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Source = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Version = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? SnapshotAgeSeconds = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? DataAgeSeconds = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Stream = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Insights = null);
