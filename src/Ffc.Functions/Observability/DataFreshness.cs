using Ffc.Sdk;

namespace Ffc.Functions.Observability;

/// <summary>How old the flag data may be.</summary>
internal static class DataFreshness
{
    /// <summary>
    /// Returns the age of the flag data: for a snapshot, the time since it was written, otherwise the time without a stream. Zero
    /// while the stream is connected; null if there is no data.
    /// </summary>
    public static TimeSpan? Age(IFfcClient client, TimeProvider timeProvider)
    {
        var (data, stream) = (client.FlagData, client.UpdateStatusProvider);
        if (data.Source == FlagDataSource.None)
            return null;
        if (stream.Status.State == UpdateState.Ok || data.SnapshotWritten is not { } written)
            return stream.TimeSinceOk;

        // The clock of the writer may differ.
        var age = timeProvider.GetUtcNow() - written;
        return age > TimeSpan.Zero ? age : TimeSpan.Zero;
    }

    /// <summary>Returns the same age in seconds, rounded to milliseconds.</summary>
    public static double? Seconds(IFfcClient client, TimeProvider timeProvider) =>
        Age(client, timeProvider) is { } age ? Math.Round(age.TotalSeconds, 3) : null;
}
