using Ffc.Sdk;

namespace Ffc.Functions.Functions;

/// <summary>
/// Sends this instance's insights, and those that any instance left in the outbox: one that died or was scaled in, and one that
/// could not reach the server.
/// </summary>
public sealed class FlushInsights(IFfcClient client)
{
    /// <summary>Runs on the schedule of the setting <c>Ffc:FlushSchedule</c>. Ends early, and goes on the next time, when the host stops.</summary>
    [Function("FlushInsights")]
    public async Task RunAsync([TimerTrigger("%Ffc:FlushSchedule%")] TimerInfo timer, CancellationToken cancellationToken)
    {
        await client.FlushAsync(cancellationToken);
        await client.Insights.DrainOutboxAsync(cancellationToken);
    }
}
