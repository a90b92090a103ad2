using Ffc.Sdk;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace OwnFunctionApp;

/// <summary>Delivers the insights that instances could not deliver, even if no request arrives.</summary>
/// <param name="flags">The client without a key.</param>
/// <param name="euFlags">The client of the second environment.</param>
public sealed class FlushInsights(IFfcClient flags, [FromKeyedServices("eu")] IFfcClient euFlags)
{
    /// <summary>Runs every 30 seconds.</summary>
    [Function("FlushInsights")]
    public Task RunAsync([TimerTrigger("*/30 * * * * *")] TimerInfo timer, CancellationToken cancellationToken) => Task.WhenAll(
        flags.Insights.DrainOutboxAsync(cancellationToken), euFlags.Insights.DrainOutboxAsync(cancellationToken));
}
