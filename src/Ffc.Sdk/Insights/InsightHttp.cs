using System.Net;
using Ffc.Sdk.Internal;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace Ffc.Sdk.Insights;

/// <summary>
/// The HTTP client for insights, with its retries. It is created for the first batch, so that the start of the process loads
/// neither HTTP nor Polly. It does not use the HTTP client of the application, which could log the secret and add its own
/// retries.
/// </summary>
internal sealed class InsightHttp : IDisposable
{
    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(10);

    // Shorter than the lease on a batch in the outbox.
    private static readonly TimeSpan TotalTimeout = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan FirstRetryDelay = TimeSpan.FromMilliseconds(500);

    /// <param name="options">The number of retries, the clock of retries and timeouts, and the options of the handler.</param>
    /// <param name="counters">Counts requests with an unknown outcome.</param>
    /// <param name="stopping">Ends the retries, so that the remaining time is available for the outbox.</param>
    public InsightHttp(FfcOptions options, InsightCounters counters, CancellationToken stopping)
    {
        var (maxRetries, timeProvider) = (options.Insights.MaxRetries, options.TimeProvider);
        var pipeline = new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = timeProvider };
        pipeline.AddTimeout(TotalTimeout);
        if (maxRetries > 0)
        {
            pipeline.AddRetry(new RetryStrategyOptions<HttpResponseMessage>
            {
                MaxRetryAttempts = maxRetries,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = FirstRetryDelay,
                DelayGenerator = args => ValueTask.FromResult(RetryAfter(args.Outcome.Result, timeProvider)),
                ShouldHandle = args => ValueTask.FromResult(
                    IsTransient(args.Outcome)
                    && !stopping.IsCancellationRequested
                    && !(RetryAfter(args.Outcome.Result, timeProvider) > AttemptTimeout)),
            });
        }

        pipeline.AddTimeout(AttemptTimeout);
        var sockets = HttpHandlers.Create(options);
        sockets.ConnectTimeout = TimeSpan.FromSeconds(5);
        sockets.PooledConnectionLifetime = TimeSpan.FromMinutes(5);
        var handler = new PipelineHandler(pipeline.Build(), new UncertainDeliveryHandler(counters) { InnerHandler = sockets });
        Client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    public HttpClient Client { get; }

    /// <summary>Returns the delay that the server requests; null if it requests no delay, or a time in the past.</summary>
    public static TimeSpan? RetryAfter(HttpResponseMessage? response, TimeProvider timeProvider)
    {
        var delay = response?.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - (response.Headers.Date ?? timeProvider.GetUtcNow()),
            _ => TimeSpan.Zero,
        };
        return delay > TimeSpan.Zero ? delay : null;
    }

    public void Dispose() => Client.Dispose();

    private static bool IsTransient(Outcome<HttpResponseMessage> outcome) =>
        outcome.Exception is HttpRequestException or TimeoutRejectedException
        || outcome.Result?.StatusCode is >= HttpStatusCode.InternalServerError
            or HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests;

    private sealed class PipelineHandler(ResiliencePipeline<HttpResponseMessage> pipeline, HttpMessageHandler inner)
        : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            pipeline.ExecuteAsync(
                async token => await base.SendAsync(request, token).ConfigureAwait(false), cancellationToken).AsTask();
    }
}
