namespace Ffc.Sdk.Insights;

/// <summary>The phases of the shutdown, as tokens that are cancelled one after the other.</summary>
internal sealed class InsightLifetime : IDisposable
{
    // A Functions host kills the worker five seconds after it requests the shutdown.
    private static readonly TimeSpan SendTime = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan StoreTime = TimeSpan.FromSeconds(3.7);

    private readonly CancellationTokenSource _stoppingCts = new();
    private readonly CancellationTokenSource _sendCts;
    private readonly CancellationTokenSource _storeCts;

    public InsightLifetime(TimeProvider timeProvider)
    {
        _sendCts = new CancellationTokenSource(Timeout.InfiniteTimeSpan, timeProvider);
        _storeCts = new CancellationTokenSource(Timeout.InfiniteTimeSpan, timeProvider);
        (Stopping, SendDeadline, StoreDeadline) = (_stoppingCts.Token, _sendCts.Token, _storeCts.Token);
    }

    /// <summary>True as soon as the shutdown begins.</summary>
    public bool IsStopping => _stoppingCts.IsCancellationRequested;

    /// <summary>Cancelled when the shutdown begins. After that, there are no retries and no pauses.</summary>
    public CancellationToken Stopping { get; }

    /// <summary>Cancelled when the time for requests to the server is over.</summary>
    public CancellationToken SendDeadline { get; }

    /// <summary>Cancelled when the time for calls to the outbox is over.</summary>
    public CancellationToken StoreDeadline { get; }

    public Task BeginShutdownAsync()
    {
        _sendCts.CancelAfter(SendTime);
        _storeCts.CancelAfter(StoreTime);
        return _stoppingCts.CancelAsync();
    }

    /// <summary>Ends the time for sending early.</summary>
    public Task EndSendingAsync() => _sendCts.CancelAsync();

    public void Dispose()
    {
        _stoppingCts.Dispose();
        _sendCts.Dispose();
        _storeCts.Dispose();
    }
}
