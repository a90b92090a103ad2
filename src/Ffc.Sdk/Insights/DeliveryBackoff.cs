using Ffc.Sdk.Internal;

namespace Ffc.Sdk.Insights;

/// <summary>
/// The pause after a failed delivery. During the pause, batches are stored in the outbox without a request. The pause grows with
/// each failure, up to a minute, and is never shorter than the server's Retry-After. <see cref="InsightHttp"/> contains the
/// retries of one request.
/// </summary>
internal sealed class DeliveryBackoff(TimeProvider timeProvider, Random random)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(60);

    // An invalid Retry-After must not end the delivery permanently.
    private static readonly TimeSpan MaxRetryAfter = TimeSpan.FromHours(1);

    private readonly Lock _lock = new();
    private int _failures;
    private long _failedAt;
    private TimeSpan _pause;

    public bool IsOver
    {
        get
        {
            lock (_lock)
                return IsOverNeedsLock();
        }
    }

    public void Succeeded()
    {
        lock (_lock)
            (_failures, _pause) = (0, TimeSpan.Zero);
    }

    /// <summary>Starts or extends the pause.</summary>
    /// <param name="retryAfter">The server's Retry-After; null if there is none.</param>
    public void Failed(TimeSpan? retryAfter)
    {
        lock (_lock)
        {
            // Concurrent requests that fail together count as one failure.
            if (IsOverNeedsLock())
            {
                _pause = ExponentialBackoff.Delay(FirstPause, MaxPause, _failures++, random);
                _failedAt = timeProvider.GetTimestamp();
            }

            var required = retryAfter ?? TimeSpan.Zero;
            required = timeProvider.GetElapsedTime(_failedAt) + (required < MaxRetryAfter ? required : MaxRetryAfter);
            _pause = required > _pause ? required : _pause;
        }
    }

    private bool IsOverNeedsLock() => _pause == TimeSpan.Zero || timeProvider.GetElapsedTime(_failedAt) >= _pause;
}
