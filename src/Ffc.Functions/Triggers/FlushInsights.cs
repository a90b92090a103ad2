using Ffc.Sdk;

namespace Ffc.Functions.Triggers;

/// <summary>
/// Sends the insights of this instance, and those in the outbox. Those are from instances that could not reach the server, were
/// scaled in, or died.
/// </summary>
public sealed class FlushInsights(IFfcClient client)
{
    /// <summary>
    /// Runs on the schedule in the setting <c>Ffc:FlushSchedule</c>. When the host stops, the rest waits for the next run.
    /// </summary>
    [Function("FlushInsights")]
    public async Task RunAsync([TimerTrigger("%Ffc:FlushSchedule%")] TimerInfo timer, CancellationToken cancellationToken)
    {
        await client.FlushAsync(cancellationToken);
        await client.Insights.DrainOutboxAsync(cancellationToken);
    }
}
