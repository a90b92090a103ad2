using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Streaming;

/// <summary>Keeps the state of the stream and tells whoever wants to know.</summary>
internal sealed partial class UpdateStatusProvider(TimeProvider clock, ILogger<UpdateStatusProvider> logger) : IUpdateStatusProvider
{
    private readonly Lock _changing = new();
    private volatile Status _status = new(UpdateState.Initializing, clock.GetUtcNow(), null);
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public event EventHandler<UpdateStateChangedEventArgs>? StateChanged;

    public UpdateState State => _status.State;

    public DateTimeOffset StateSince => _status.Since;

    public UpdateError? LastError => _status.LastError;

    /// <summary>The stream is up and its data is in force.</summary>
    public void Succeeded() => Change(UpdateState.OK, null);

    /// <summary>Something went wrong, and the stream will be made again.</summary>
    public void Failed(string error) => Change(UpdateState.Interrupted, error);

    /// <summary>There will be no stream.</summary>
    /// <param name="error">Why; null when that is no error.</param>
    public void SwitchedOff(string? error) => Change(UpdateState.Off, error);

    public async Task<bool> WaitForOKStateAsync(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        using var timer = new CancellationTokenSource(timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        while (true)
        {
            Task changed;
            lock (_changing)
                changed = _changed.Task;

            if (State is UpdateState.OK or UpdateState.Off)
                return State == UpdateState.OK;

            try
            {
                await changed.WaitAsync(either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return false;
            }
        }
    }

    private void Change(UpdateState state, string? error)
    {
        TaskCompletionSource changed;
        lock (_changing)
        {
            var before = _status;
            if (before.State == UpdateState.Off)
                return;

            // Interrupted is what was once OK: until then, the client is still starting.
            if (state == UpdateState.Interrupted && before.State == UpdateState.Initializing)
                state = UpdateState.Initializing;

            var now = clock.GetUtcNow();
            var lastError = error is null ? before.LastError : new UpdateError(error, now);
            _status = new Status(state, state == before.State ? before.Since : now, lastError);
            if (state == before.State)
                return;

            changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.TrySetResult();
        try
        {
            StateChanged?.Invoke(this, new UpdateStateChangedEventArgs(state, LastError));
        }
        catch (Exception e)
        {
            LogHandlerFailed(e);
        }
    }

    [LoggerMessage(EventId = 30, Level = LogLevel.Error, Message = "A handler of StateChanged threw")]
    private partial void LogHandlerFailed(Exception e);

    private sealed record Status(UpdateState State, DateTimeOffset Since, UpdateError? LastError);
}
