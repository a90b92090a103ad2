namespace Ffc.Sdk.Internal;

/// <summary>Calls code that may hang or block, such as a store of the application, with a time limit.</summary>
internal static class TimeLimit
{
    /// <summary>Where calls start: on a thread of their own. A simulation, which has a single thread, changes it.</summary>
    internal static TaskCreationOptions StartOptions { get; set; } = TaskCreationOptions.LongRunning;

    /// <summary>
    /// Starts a call and awaits it for at most <paramref name="limit"/>. A call that does not return in time is abandoned: its
    /// later exceptions are observed and dropped.
    /// </summary>
    /// <exception cref="TimeoutException">The call did not return in time.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public static async Task<T> RunAsync<T>(
        Func<CancellationToken, Task<T>> call, TimeSpan limit, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var timeoutCts = new CancellationTokenSource(limit, timeProvider);
        using var linkedCts = CancellationTokenSource.CreateLinkedTokenSource(timeoutCts.Token, cancellationToken);
        var token = linkedCts.Token;
        try
        {
            return await StartAsync(() => call(token)).WaitAndObserveAsync(token).ConfigureAwait(false);
        }
        catch (Exception) when (timeoutCts.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"no response within {DurationText.Format(limit)}");
        }
    }

    /// <inheritdoc cref="RunAsync{T}"/>
    public static Task RunAsync(
        Func<CancellationToken, Task> call, TimeSpan limit, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        return RunAsync(Call, limit, timeProvider, cancellationToken);

        async Task<bool> Call(CancellationToken token)
        {
            await call(token).ConfigureAwait(false);
            return true;
        }
    }

    /// <summary>
    /// Starts a call on a thread of its own. Calls that block would otherwise occupy the thread pool, which also runs the timers
    /// that limit them. A thread takes some 0.1 ms, which is little compared to a call of a store.
    /// </summary>
    public static Task<T> StartAsync<T>(Func<Task<T>> call) =>
        Task.Factory.StartNew(call, CancellationToken.None, StartOptions, TaskScheduler.Default).Unwrap();

    /// <summary>Awaits a task until it completes or the token is cancelled; later exceptions are observed and dropped.</summary>
    public static async Task<T> WaitAndObserveAsync<T>(this Task<T> task, CancellationToken cancellationToken)
    {
        await ((Task)task).WaitAndObserveAsync(cancellationToken).ConfigureAwait(false);
        return await task.ConfigureAwait(false);
    }

    /// <inheritdoc cref="WaitAndObserveAsync{T}"/>
    public static async Task WaitAndObserveAsync(this Task task, CancellationToken cancellationToken)
    {
        try
        {
            await task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            _ = task.ContinueWith(
                static abandoned => abandoned.Exception,
                CancellationToken.None,
                TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
            throw;
        }
    }
}
