using System.Text.Json.Serialization;
using Ffc.Sdk;
using Microsoft.AspNetCore.Http;

namespace Ffc.Functions.Api;

/// <summary>The answer of a health check that is well.</summary>
internal static class Health
{
    public static IResult Live() => TypedResults.Json(new HealthBody("live"), ApiJson.Default.HealthBody);

    public static IResult Ready(IFfcClient client, TimeProvider clock)
    {
        var (data, insights) = (client.FlagData, client.Insights.Status);

        // Flags are answered all the same: no reason to take the instance out. But nothing mends this by itself.
        var isDegraded = insights.State == InsightState.Refused;
        return TypedResults.Json(
            new HealthBody(
                isDegraded ? "degraded" : "ready",
                data.Source.ToString().ToLowerInvariant(),
                data.Version,
                StatusBody.SnapshotAge(data, clock),
                isDegraded ? insights.Problem : null),
            ApiJson.Default.HealthBody);
    }
}

/// <summary>The JSON of a health check.</summary>
/// <param name="Status"><c>live</c>, <c>ready</c> or <c>degraded</c>.</param>
/// <param name="Source">Where the flag data came from: <c>bootstrap</c>, <c>snapshot</c> or <c>stream</c>. Not with <c>live</c>.</param>
/// <param name="Version">The newest time stamp in it, in unix milliseconds. Not with <c>live</c>.</param>
/// <param name="SnapshotAgeSeconds">How long ago the snapshot was written that it came from. Where it came from one.</param>
/// <param name="Insights">What keeps insights from being delivered. With <c>degraded</c> only.</param>
internal sealed record HealthBody(
    string Status,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Source = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Version = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? SnapshotAgeSeconds = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Insights = null);
