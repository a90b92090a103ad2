using Ffc.Sdk;

namespace Ffc.Functions.Api;

/// <summary>The JSON of the function <c>status</c>.</summary>
internal sealed record StatusBody(bool Ready, StreamStatus Stream, DataStatus Data, InsightsBody Insights)
{
    public static async Task<StatusBody> OfAsync(
        IFfcClient client, TimeProvider timeProvider, CancellationToken cancellationToken)
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
                DataSource.NameOf(data.Source),
                data.Version,
                data.Since,
                Age(data.Since, timeProvider),
                data.SnapshotWritten,
                SnapshotAge(data, timeProvider),
                data.FlagCount,
                data.SegmentCount),
            InsightsBody.Of(client.Insights.Status, outbox));
    }

    /// <summary>The state of the stream as the HTTP API writes it.</summary>
    public static string Text(UpdateState state) => state == UpdateState.Ok ? "OK" : state.ToString();

    /// <summary>
    /// The age of the snapshot that the data came from, in seconds; null if the data did not come from a snapshot.
    /// </summary>
    public static double? SnapshotAge(FlagDataInfo data, TimeProvider timeProvider) => Age(data.SnapshotWritten, timeProvider);

    // A clock that was set back, or that differs from the clock of the writer, must not result in a negative age.
    private static double? Age(DateTimeOffset? time, TimeProvider timeProvider) =>
        time is { } value ? Math.Max(0, Math.Round((timeProvider.GetUtcNow() - value).TotalSeconds, 3)) : null;
}

/// <summary>The state of the stream.</summary>
/// <param name="State"><c>Initializing</c>, <c>OK</c>, <c>Interrupted</c> or <c>Off</c>.</param>
/// <param name="Since">The time when the stream entered this state.</param>
/// <param name="LastError">The last error; null if there was none.</param>
internal sealed record StreamStatus(string State, DateTimeOffset Since, StreamError? LastError);

/// <summary>An error of the stream.</summary>
internal sealed record StreamError(string Message, DateTimeOffset Time);

/// <summary>The current flag data.</summary>
/// <param name="Source"><c>none</c>, <c>bootstrap</c>, <c>snapshot</c> or <c>stream</c>.</param>
/// <param name="Version">The newest timestamp in the data, in Unix milliseconds; 0 if there is no data.</param>
/// <param name="Since">The time when this instance applied the data; null if there is no data.</param>
/// <param name="AgeSeconds">The seconds since the data was applied; null if there is no data.</param>
/// <param name="SnapshotWritten">
/// The time when the source snapshot was written; null if the data did not come from a snapshot.
/// </param>
/// <param name="SnapshotAgeSeconds">The seconds since the snapshot was written; null if there is none.</param>
/// <param name="Flags">The number of flags.</param>
/// <param name="Segments">The number of segments.</param>
internal sealed record DataStatus(
    string Source,
    long Version,
    DateTimeOffset? Since,
    double? AgeSeconds,
    DateTimeOffset? SnapshotWritten,
    double? SnapshotAgeSeconds,
    int Flags,
    int Segments);
