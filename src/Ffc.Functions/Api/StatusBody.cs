using Ffc.Sdk;

namespace Ffc.Functions.Api;

/// <summary>The JSON of <c>status</c>.</summary>
internal sealed record StatusBody(bool Ready, StreamStatus Stream, DataStatus Data, InsightsBody Insights)
{
    public static async Task<StatusBody> OfAsync(IFfcClient client, TimeProvider clock, CancellationToken cancellationToken)
    {
        var outbox = await client.Insights.GetOutboxStatusAsync(cancellationToken);
        var status = client.UpdateStatusProvider.Status;
        var data = client.FlagData;
        return new StatusBody(
            client.Initialized,
            new StreamStatus(
                Text(status.State),
                status.Since,
                status.LastError is { } error ? new StreamError(error.Message, error.Time) : null),
            new DataStatus(
                data.Source.ToString().ToLowerInvariant(),
                data.Version,
                data.Since,
                data.Since is { } since ? Math.Round((clock.GetUtcNow() - since).TotalSeconds, 3) : null,
                data.SnapshotWritten,
                SnapshotAge(data, clock),
                data.FlagCount,
                data.SegmentCount),
            InsightsBody.Of(client.Insights.Status, outbox));
    }

    /// <summary>The state of the stream as the HTTP API writes it.</summary>
    public static string Text(UpdateState state) => state == UpdateState.Ok ? "OK" : state.ToString();

    /// <summary>How long ago the snapshot that the data came from was written, in seconds; null when it did not come from one.</summary>
    public static double? SnapshotAge(FlagDataInfo data, TimeProvider clock) =>
        data.SnapshotWritten is { } written ? Math.Round((clock.GetUtcNow() - written).TotalSeconds, 3) : null;
}

/// <summary>How the stream is doing.</summary>
/// <param name="State"><c>Initializing</c>, <c>OK</c>, <c>Interrupted</c> or <c>Off</c>.</param>
/// <param name="Since">Since when.</param>
/// <param name="LastError">The last error; null when there was none.</param>
internal sealed record StreamStatus(string State, DateTimeOffset Since, StreamError? LastError);

/// <summary>What last went wrong with the stream, and when.</summary>
internal sealed record StreamError(string Message, DateTimeOffset Time);

/// <summary>The data in force.</summary>
/// <param name="Source"><c>none</c>, <c>bootstrap</c>, <c>snapshot</c> or <c>stream</c>.</param>
/// <param name="Version">The newest time stamp in it, in unix milliseconds; 0 when there is none.</param>
/// <param name="Since">When it came into force; null when there is none.</param>
/// <param name="AgeSeconds">How long ago that was; null when there is none.</param>
/// <param name="SnapshotWritten">When the snapshot that it came from was written; null when it did not come from one.</param>
/// <param name="SnapshotAgeSeconds">How long ago that was; null when it did not come from one.</param>
/// <param name="Flags">How many flags.</param>
/// <param name="Segments">How many segments.</param>
internal sealed record DataStatus(
    string Source,
    long Version,
    DateTimeOffset? Since,
    double? AgeSeconds,
    DateTimeOffset? SnapshotWritten,
    double? SnapshotAgeSeconds,
    int Flags,
    int Segments);
