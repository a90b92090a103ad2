using Ffc.Sdk.Internal;

namespace Ffc.Sdk.Insights;

/// <summary>
/// The HTTP client for insights, with its retries. It is created for the first batch, so that the start of the process does not
/// load HTTP. It does not use the HTTP client of the application, which could log the secret and add its own retries.
/// </summary>
internal sealed class InsightHttp : IDisposable
{
    /// <param name="options">The number of retries, the clock of retries and timeouts, and the options of the handler.</param>
    /// <param name="counters">Counts requests with an unknown outcome.</param>
    /// <param name="stopping">Ends the retries, so that the remaining time is available for the outbox.</param>
    public InsightHttp(FfcOptions options, InsightCounters counters, CancellationToken stopping)
    {
        var inner = options.InsightHandler?.Invoke() ?? CreateHandler(options);
        var handler = new RetryHandler(
            options.Insights.MaxRetries,
            options.TimeProvider,
            options.Random,
            new UncertainDeliveryHandler(counters) { InnerHandler = inner },
            stopping);
        Client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    public HttpClient Client { get; }

    public void Dispose() => Client.Dispose();

    private static SocketsHttpHandler CreateHandler(FfcOptions options)
    {
        var handler = HttpHandlers.Create(options);
        handler.ConnectTimeout = TimeSpan.FromSeconds(5);
        handler.PooledConnectionLifetime = TimeSpan.FromMinutes(5);
        return handler;
    }
}
