using Ffc.Sdk.Internal;

namespace Ffc.Sdk.Streaming;

/// <summary>Computes the delay before the next connection attempt. It doubles with every failure, up to a maximum.</summary>
internal sealed class ReconnectBackoff(StreamingOptions options, TimeProvider timeProvider, Random random)
{
    // A short connection does not reset the delay, so that a server that drops new connections is not overloaded.
    private static readonly TimeSpan ResetAfter = TimeSpan.FromSeconds(60);

    private int _failures;
    private long? _connectedSince;

    /// <summary>Reports that the connection works. Calls after the first one have no effect.</summary>
    public void Succeeded() => _connectedSince ??= timeProvider.GetTimestamp();

    /// <summary>Reports that the connection failed.</summary>
    /// <returns>The delay before the next attempt.</returns>
    public TimeSpan Failed()
    {
        if (_connectedSince is { } since && timeProvider.GetElapsedTime(since) >= ResetAfter)
            _failures = 0;
        _connectedSince = null;
        return ExponentialBackoff.Delay(options.FirstRetryDelay, options.MaxRetryDelay, _failures++, random);
    }
}
