namespace Ffc.Sdk.Insights;

/// <summary>The phases of the shutdown, as tokens that are cancelled one after the other.</summary>
internal sealed class InsightLifetime : IDisposable
{
    // A Functions host kills the worker five seconds after it requests the shutdown.
    private static readonly TimeSpan SendTime = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan StoreTime = TimeSpan.FromSeconds(3.7);

    // Earlier than the end of the sending if the server accepts nothing: batches of calls that hang are then sent.
    private static readonly TimeSpan EarlyTime = TimeSpan.FromSeconds(0.75);

    private readonly CancellationTokenSource _stoppingCts = new();
    private readonly CancellationTokenSource _sendCts;
    private readonly CancellationTokenSource _storeCts;
    private readonly CancellationTokenSource _earlyCts;

    public InsightLifetime(TimeProvider timeProvider)
    {
        _sendCts = new CancellationTokenSource(Timeout.InfiniteTimeSpan, timeProvider);
        _storeCts = new CancellationTokenSource(Timeout.InfiniteTimeSpan, timeProvider);
        _earlyCts = new CancellationTokenSource(Timeout.InfiniteTimeSpan, timeProvider);
        (Stopping, SendDeadline, StoreDeadline) = (_stoppingCts.Token, _sendCts.Token, _storeCts.Token);
        EarlyDeadline = _earlyCts.Token;
    }

    /// <summary>True as soon as the shutdown begins.</summary>
    public bool IsStopping => _stoppingCts.IsCancellationRequested;

    /// <summary>Cancelled when the shutdown begins. After that, there are no retries and no pauses.</summary>
    public CancellationToken Stopping { get; }

    /// <summary>Cancelled when the time for requests to the server is over.</summary>
    public CancellationToken SendDeadline { get; }

    /// <summary>Cancelled when the time for calls to the outbox is over.</summary>
    public CancellationToken StoreDeadline { get; }

    /// <summary>Cancelled early in the shutdown, when the batch of a call that hangs can still be sent or stored.</summary>
    public CancellationToken EarlyDeadline { get; }

    /// <summary>The deadline of a put that begins now.</summary>
    public CancellationToken PutDeadline => IsStopping ? StoreDeadline : EarlyDeadline;

    public Task BeginShutdownAsync()
    {
        _earlyCts.CancelAfter(EarlyTime);
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
        _earlyCts.Dispose();
    }
}
