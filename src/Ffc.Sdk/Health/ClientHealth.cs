using Ffc.Sdk.Internal;

namespace Ffc.Sdk.Health;

/// <summary>
/// Describes the problems of a client for health checks and errors. Packages that extend the SDK compile this file as well, so
/// it uses only the public members of the SDK.
/// </summary>
internal static class ClientHealth
{
    /// <summary>The time without a stream after which a client is degraded.</summary>
    public static readonly TimeSpan DegradedAfter = TimeSpan.FromMinutes(2);

    /// <summary>Why there is no flag data, as one sentence with the state of the stream and its last error.</summary>
    public static string NotReadyReason(IFfcClient client)
    {
        var status = client.UpdateStatusProvider.Status;
        var yet = status.State == UpdateState.Off ? "" : " yet";
        var error = status.LastError is { } last ? $": {last.Message}" : "";
        return $"There is no flag data{yet} (client not ready, state {status.State}){error}.";
    }

    /// <summary>Why the flag data is not updated; null if it is, or if the stream is away only for a short time.</summary>
    public static string? StreamProblem(IFfcClient client)
    {
        // In offline mode the stream is off without an error.
        var status = client.UpdateStatusProvider.Status;
        if (status.State == UpdateState.Off)
            return status.LastError?.Message;

        var error = status.LastError is { } last ? $": {last.Message}" : "";
        var away = client.UpdateStatusProvider.TimeSinceOk;
        return away > DegradedAfter ? $"The stream has been away for {DurationText.Format(away)}{error}" : null;
    }

    /// <summary>Why insights are not delivered or not stored; null if they are.</summary>
    public static string? InsightProblem(IFfcClient client)
    {
        var status = client.Insights.Status;
        return status.State == InsightState.Refused ? status.Problem
            : status.OutboxProblem is { } problem ? $"outbox: {problem}"
            : null;
    }
}
