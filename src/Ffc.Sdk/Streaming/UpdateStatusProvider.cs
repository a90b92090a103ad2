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

    private volatile UpdateStatus _status = new() { State = UpdateState.Initializing, Since = timeProvider.GetUtcNow() };
    private TaskCompletionSource _changed = NewSignal();

    public event EventHandler<UpdateStatusChangedEventArgs>? StatusChanged;

    public UpdateStatus Status => _status;

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

    /// <summary>Reports that the stream has stopped permanently.</summary>
    /// <param name="error">The reason; null if it is not an error.</param>
    public void SwitchedOff(string? error) => Change(UpdateState.Off, error);

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Change(UpdateState state, string? error)
    {
        UpdateStatus status;
        TaskCompletionSource changed;
        lock (_lock)
        {
            var before = _status;
            if (before.State == UpdateState.Off)
                return;

            // Only a stream that was OK can be interrupted. Before that, the client is starting.
            if (state == UpdateState.Interrupted && before.State == UpdateState.Initializing)
                state = UpdateState.Initializing;

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
