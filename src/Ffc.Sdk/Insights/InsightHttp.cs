using System.Net;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace Ffc.Sdk.Insights;

/// <summary>
/// The HTTP client for insights, with its retries. It is created with the first batch, so that starting the process loads
/// neither HTTP nor Polly. It is not the application's own client, whose logs would show the secret and whose retries would
/// multiply these.
/// </summary>
internal sealed class InsightHttp : IDisposable
{
    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(10);

    // Shorter than every lease on a batch in the outbox.
    private static readonly TimeSpan TotalTimeout = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan FirstRetryDelay = TimeSpan.FromMilliseconds(500);

    /// <param name="maxRetries">The number of retries of a request.</param>
    /// <param name="timeProvider">The clock of retries and timeouts.</param>
    /// <param name="counters">Counts requests with an unknown outcome.</param>
    /// <param name="stopping">Ends the retries: the rest of the time is for the outbox.</param>
    public InsightHttp(int maxRetries, TimeProvider timeProvider, InsightCounters counters, CancellationToken stopping)
    {
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
        var sockets = new SocketsHttpHandler
        {
            // A redirect would turn the POST into a GET, and send the secret to another server.
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        };
        var handler = new PipelineHandler(pipeline.Build(), new UncertainDeliveryHandler(counters) { InnerHandler = sockets });
        Client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    public HttpClient Client { get; }

    /// <summary>The pause that a server requests; null if it requests none, or one that is already over.</summary>
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
