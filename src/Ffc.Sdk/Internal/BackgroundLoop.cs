namespace Ffc.Sdk.Internal;

/// <summary>
/// Background work of a client, which runs until it is disposed. It starts without the execution context of the caller, such as
/// its current activity, because the work outlives the operation that creates the client.
/// </summary>
internal sealed class BackgroundLoop : IAsyncDisposable
{
    private readonly CancellationTokenSource _stoppingCts = new();
    private readonly Task _running;

    /// <summary>Starts the work on the thread pool.</summary>
    /// <param name="work">The work. It must handle all exceptions except its cancellation.</param>
    public BackgroundLoop(Func<CancellationToken, Task> work)
    {
        using (ExecutionContext.SuppressFlow())
            _running = Task.Run(() => work(_stoppingCts.Token));
    }

    /// <summary>Cancels the work and waits for its end.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stoppingCts.CancelAsync().ConfigureAwait(false);
        try
        {
            await _running.ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The work was cancelled above.
        }

        _stoppingCts.Dispose();
    }
}
