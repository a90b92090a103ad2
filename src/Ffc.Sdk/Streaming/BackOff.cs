namespace Ffc.Sdk.Streaming;

/// <summary>
/// How long to wait before the next attempt to connect: half of a bound that doubles with each failure, and a random part of
/// the other half, so that instances that lost the server together do not come back together.
/// </summary>
internal sealed class BackOff(StreamingOptions options, TimeProvider clock, Random random)
{
    private static readonly TimeSpan GoodFor = TimeSpan.FromSeconds(60);

    private int _failures;
    private long? _goodSince;

    /// <summary>The connection is good from now on.</summary>
    public void Succeeded() => _goodSince ??= clock.GetTimestamp();

    /// <summary>The connection failed.</summary>
    /// <returns>How long to wait before the next one.</returns>
    public TimeSpan Failed()
    {
        // A server that takes connections only to drop them must not be met with a storm: being good takes a while.
        if (_goodSince is { } since && clock.GetElapsedTime(since) >= GoodFor)
            _failures = 0;
        _goodSince = null;

        var bound = Math.Min(options.FirstRetryDelay.TotalSeconds * Math.Pow(2, _failures), options.MaxRetryDelay.TotalSeconds);
        _failures = Math.Min(_failures + 1, 62);
        return TimeSpan.FromSeconds((bound / 2) + (random.NextDouble() * bound / 2));
    }
}
