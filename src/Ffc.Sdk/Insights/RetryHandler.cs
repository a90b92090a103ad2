using System.Net;
using Ffc.Sdk.Internal;

namespace Ffc.Sdk.Insights;

/// <summary>
/// Sends a request again after a transient failure, with a timeout for each attempt and for all attempts together.
/// </summary>
/// <param name="maxRetries">The largest number of retries.</param>
/// <param name="timeProvider">The clock of delays and timeouts.</param>
/// <param name="random">The source of the jitter.</param>
/// <param name="inner">Sends a request.</param>
/// <param name="stopping">Ends the retries.</param>
internal sealed class RetryHandler(
    int maxRetries, TimeProvider timeProvider, Random random, HttpMessageHandler inner, CancellationToken stopping)
    : DelegatingHandler(inner)
{
    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(10);

    // Shorter than the lease on a batch in the outbox.
    private static readonly TimeSpan TotalTimeout = TimeSpan.FromSeconds(20);

    // The delay is between half of it and all of it.
    private static readonly TimeSpan FirstRetryDelay = TimeSpan.FromMilliseconds(750);

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

    /// <exception cref="TimeoutException">The server does not respond in time.</exception>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var totalCts = new CancellationTokenSource(TotalTimeout, timeProvider);
        using var linkedCts = CancellationTokenSource.CreateLinkedTokenSource(totalCts.Token, cancellationToken);
        try
        {
            for (var failures = 0; ; failures++)
            {
                var response = await AttemptAsync(request, failures, linkedCts.Token).ConfigureAwait(false);
                var retryAfter = RetryAfter(response, timeProvider);
                if (response is not null && (!IsTransient(response) || !MayRetry(failures) || retryAfter > AttemptTimeout))
                    return response;

                response?.Dispose();
                var delay = retryAfter ?? ExponentialBackoff.Delay(FirstRetryDelay, AttemptTimeout, failures, random);
                await Task.Delay(delay, timeProvider, linkedCts.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (totalCts.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw NoResponse(TotalTimeout);
        }
    }

    private static bool IsTransient(HttpResponseMessage response) => response.StatusCode is >= HttpStatusCode.InternalServerError
        or HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests;

    private static TimeoutException NoResponse(TimeSpan timeout) => new($"no response within {DurationText.Format(timeout)}");

    private bool MayRetry(int failures) => failures < maxRetries && !stopping.IsCancellationRequested;

    /// <summary>Sends the request once. Returns null if there is no response and another attempt is allowed.</summary>
    private async Task<HttpResponseMessage?> AttemptAsync(
        HttpRequestMessage request, int failures, CancellationToken cancellationToken)
    {
        using var attemptCts = new CancellationTokenSource(AttemptTimeout, timeProvider);
        using var linkedCts = CancellationTokenSource.CreateLinkedTokenSource(attemptCts.Token, cancellationToken);
        try
        {
            return await base.SendAsync(request, linkedCts.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (attemptCts.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return MayRetry(failures) ? null : throw NoResponse(AttemptTimeout);
        }
        catch (HttpRequestException) when (MayRetry(failures) && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }
}
