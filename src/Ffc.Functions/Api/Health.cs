using System.Text.Json.Serialization;
using Ffc.Sdk;
using Microsoft.AspNetCore.Http;

namespace Ffc.Functions.Api;

/// <summary>The answer of a health check that is well.</summary>
internal static class Health
{
    public static IResult Live() => TypedResults.Json(new HealthBody("live"), ApiJson.Default.HealthBody);

    public static IResult Ready(FlagDataInfo data, TimeProvider clock) => TypedResults.Json(
        new HealthBody("ready", data.Source.ToString().ToLowerInvariant(), data.Version, StatusBody.SnapshotAge(data, clock)),
        ApiJson.Default.HealthBody);
}

/// <summary>The JSON of a health check.</summary>
/// <param name="Status"><c>live</c> or <c>ready</c>.</param>
/// <param name="Source">Where the flag data came from: <c>bootstrap</c>, <c>snapshot</c> or <c>stream</c>. With <c>ready</c> only.</param>
/// <param name="Version">The newest time stamp in it, in unix milliseconds. With <c>ready</c> only.</param>
/// <param name="SnapshotAgeSeconds">How long ago the snapshot was written that it came from. Where it came from one.</param>
internal sealed record HealthBody(
    string Status,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Source = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Version = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? SnapshotAgeSeconds = null);
