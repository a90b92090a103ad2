using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience;
using Polly;

namespace Ffc.Sdk.Insights;

/// <summary>
/// The HTTP pipeline on which insights travel. It has a service provider of its own, made when the first batch is sent: nothing of
/// HTTP or of resilience is loaded while a process starts, and an application's own HTTP set-up can neither log the requests,
/// which carry the secret, nor retry them on top.
/// </summary>
internal sealed class InsightHttp : IAsyncDisposable
{
    /// <summary>How long one request may take. One that takes longer may have arrived all the same.</summary>
    public static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(10);

    /// <summary>How long a batch may take with all its retries; no lease on a batch of the outbox may be shorter.</summary>
    public static readonly TimeSpan TotalTimeout = TimeSpan.FromSeconds(20);

    private const string Name = "Ffc.Insights";
    private static readonly TimeSpan FirstRetryDelay = TimeSpan.FromMilliseconds(500);

    private readonly ServiceProvider _services;
    private readonly IHttpClientFactory _clients;

    /// <param name="maxRetries">How often a request is sent again.</param>
    /// <param name="clock">The clock of retries and time limits.</param>
    /// <param name="counters">Told of requests whose fate is unknown.</param>
    /// <param name="stopping">From then on nothing is sent again: there are better uses for the time left.</param>
    public InsightHttp(int maxRetries, TimeProvider clock, InsightCounters counters, CancellationToken stopping)
    {
        var services = new ServiceCollection();
        var client = services.AddHttpClient(Name, http => http.Timeout = Timeout.InfiniteTimeSpan)
            .RemoveAllLoggers()
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
            .UseSocketsHttpHandler((handler, _) =>
            {
                // A redirect would turn the POST into a GET, and show the secret to whoever it leads to.
                handler.AllowAutoRedirect = false;
                handler.UseCookies = false;
                handler.ConnectTimeout = TimeSpan.FromSeconds(5);
                handler.PooledConnectionLifetime = TimeSpan.FromMinutes(5);
            });
        client.AddResilienceHandler("retries", pipeline =>
        {
            pipeline.TimeProvider = clock;
            pipeline.AddTimeout(TotalTimeout);
            if (maxRetries > 0)
            {
                // Exponential with jitter, and as Retry-After says, by default. A server that wants to be left alone for long is
                // not waited for: the batch goes to the outbox meanwhile.
                pipeline.AddRetry(new HttpRetryStrategyOptions
                {
                    MaxRetryAttempts = maxRetries,
                    Delay = FirstRetryDelay,
                    ShouldHandle = args => ValueTask.FromResult(
                        HttpClientResiliencePredicates.IsTransient(args.Outcome)
                        && !stopping.IsCancellationRequested
                        && !(args.Outcome.Result is { } response && RetryAfter(response, clock) > AttemptTimeout)),
                });
            }

            pipeline.AddTimeout(AttemptTimeout);
        });
        client.AddHttpMessageHandler(() => new FateHandler(counters));

        _services = services.BuildServiceProvider();
        _clients = _services.GetRequiredService<IHttpClientFactory>();
    }

    /// <summary>How long a server wants to be left alone; null where it does not say.</summary>
    public static TimeSpan? RetryAfter(HttpResponseMessage response, TimeProvider clock) => response.Headers.RetryAfter switch
    {
        { Delta: { } delay } => delay,
        { Date: { } date } => date - clock.GetUtcNow(),
        _ => null,
    };

    public HttpClient Client() => _clients.CreateClient(Name);

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    /// <summary>Counts the requests that may have arrived although no answer came: their batches are sent again.</summary>
    private sealed class FateHandler(InsightCounters counters) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var content = (BatchContent)request.Content!;
            content.IsOnItsWay = false;
            try
            {
                var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
                // Said by something between here and the server, which lost sight of the request.
                if (response.StatusCode is HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout)
                    counters.PossiblyDuplicated(content.Events);
                return response;
            }
            catch when (content.IsOnItsWay)
            {
                counters.PossiblyDuplicated(content.Events);
                throw;
            }
        }
    }
}

/// <summary>A batch as the content of a request, which knows whether any of it has gone out.</summary>
internal sealed class BatchContent : HttpContent
{
    private readonly InsightBatch _batch;

    public BatchContent(InsightBatch batch)
    {
        _batch = batch;
        Headers.ContentType = new MediaTypeHeaderValue("application/json");
    }

    public int Events => _batch.Count;

    public bool IsOnItsWay { get; set; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        IsOnItsWay = true;
        return stream.WriteAsync(_batch.Events, cancellationToken).AsTask();
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _batch.Events.Length;
        return true;
    }
}
