using Ffc.Sdk.Internal;
using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Streaming;

/// <summary>Stores the status of the stream and reports changes of its state.</summary>
internal sealed partial class UpdateStatusProvider(TimeProvider timeProvider, ILogger<UpdateStatusProvider> logger)
    : IUpdateStatusProvider
{
    // The longest due time of a .NET timer.
    private static readonly TimeSpan MaxTimeout = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    private readonly Lock _lock = new();

    // Written under _lock.
    private volatile UpdateStatus _status = new() { State = UpdateState.Initializing, Since = timeProvider.GetUtcNow() };

    // A timestamp of the clock. Written under _lock.
    private long _lastOk = timeProvider.GetTimestamp();

    // Guarded by _lock.
    private TaskCompletionSource _changed = NewSignal();
    private bool _isClosed;

    public event EventHandler<UpdateStatusChangedEventArgs>? StatusChanged;

    public UpdateStatus Status => _status;

    public TimeSpan TimeSinceOk => _status is { State: UpdateState.Ok } or { State: UpdateState.Off, LastError: null }
        ? TimeSpan.Zero
        : timeProvider.GetElapsedTime(Interlocked.Read(ref _lastOk));

    public async Task<bool> WaitForOkAsync(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        var limit = timeout > MaxTimeout ? Timeout.InfiniteTimeSpan : timeout;
        using var timeoutCts = new CancellationTokenSource(limit, timeProvider);
        using var linkedCts = CancellationTokenSource.CreateLinkedTokenSource(timeoutCts.Token, cancellationToken);
        while (true)
        {
            Task changed;
            lock (_lock)
                changed = _changed.Task;

            if (_status.State is UpdateState.Ok or UpdateState.Off)
                return _status.State == UpdateState.Ok;

            try
            {
                await changed.WaitAsync(linkedCts.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return false;
            }
        }
    }

    /// <summary>Reports that the stream is connected and its data is in use.</summary>
    public void Succeeded() => Change(UpdateState.Ok, error: null);

    /// <summary>Reports that the stream failed and that the client will reconnect.</summary>
    public void Failed(string error) => Change(UpdateState.Interrupted, error);

    /// <summary>Reports that the server refused the client, which tries again much later.</summary>
    public void Refused(string error) => Change(UpdateState.Off, error);

    /// <summary>Reports that the client is closed or offline. Later reports have no effect.</summary>
    public void Close() => Change(UpdateState.Off, error: null, isFinal: true);

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Change(UpdateState state, string? error, bool isFinal = false)
    {
        UpdateStatus status;
        TaskCompletionSource changed;
        lock (_lock)
        {
            if (_isClosed)
                return;

            // Only a stream that is OK can be interrupted. Before that, the client is still starting, or refused.
            var before = _status;
            if (state == UpdateState.Interrupted && before.State != UpdateState.Ok)
                state = before.State;
            _isClosed = isFinal;

            if (before.State == UpdateState.Ok)
                Interlocked.Exchange(ref _lastOk, timeProvider.GetTimestamp());
            var now = timeProvider.GetUtcNow();
            status = new UpdateStatus
            {
                State = state,
                Since = state == before.State ? before.Since : now,
                LastError = error is null ? before.LastError : new UpdateError { Message = error, Time = now },
            };
            _status = status;
            if (state == before.State)
                return;

            changed = _changed;
            _changed = NewSignal();
        }

        changed.TrySetResult();
        EventRaiser.Raise(StatusChanged, this, new UpdateStatusChangedEventArgs(status), LogHandlerFailed);
    }

    [LoggerMessage(EventId = 30, Level = LogLevel.Error, Message = "A handler of StatusChanged threw an exception")]
    private partial void LogHandlerFailed(Exception exception);
}
