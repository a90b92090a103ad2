using Ffc.Functions.Observability;
using Ffc.Sdk;

namespace Ffc.Functions.Triggers;

/// <summary>
/// Sends the insights of this instance and the insights in the outbox. The outbox contains insights of instances that could not
/// reach the server, were scaled in, or ended unexpectedly.
/// </summary>
public sealed class FlushInsights(IFfcClient client, InstanceMetrics metrics)
{
    /// <summary>
    /// Runs on the schedule in the setting <c>Ffc:FlushSchedule</c>. When the host stops, the remaining batches stay in the
    /// outbox until the next run.
    /// </summary>
    [Function("FlushInsights")]
    public async Task RunAsync([TimerTrigger("%Ffc:FlushSchedule%")] TimerInfo timer, CancellationToken cancellationToken)
    {
        await client.FlushAsync(cancellationToken);
        await client.Insights.DrainOutboxAsync(cancellationToken);
        await metrics.ReadOutboxAsync(cancellationToken);
    }
}
