namespace Ffc.Sdk.Internal;

/// <summary>
/// Computes the delay before a retry: exponential, with jitter, so that instances that fail together retry at different times.
/// </summary>
internal static class ExponentialBackoff
{
    // With this exponent, the bound has reached its maximum, and the power does not overflow.
    private const int MaxExponent = 62;

    /// <summary>
    /// Returns the delay before the next attempt: half of a bound that doubles with each failure, plus a random part of the
    /// other half.
    /// </summary>
    /// <param name="first">The bound after the first failure.</param>
    /// <param name="max">The largest bound.</param>
    /// <param name="failures">The number of consecutive failures before this one, from 0.</param>
    /// <param name="random">The source of the jitter.</param>
    public static TimeSpan Delay(TimeSpan first, TimeSpan max, int failures, Random random)
    {
        var bound = Math.Min(first.TotalSeconds * Math.Pow(2, Math.Min(failures, MaxExponent)), max.TotalSeconds);
        return TimeSpan.FromSeconds((bound / 2) + (random.NextDouble() * bound / 2));
    }
}
