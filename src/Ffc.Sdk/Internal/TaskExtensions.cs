namespace Ffc.Sdk.Internal;

/// <summary>Waits for calls that may be left behind: what hangs is given up, and nobody hears how it ends in the end.</summary>
internal static class AbandonedTask
{
    /// <summary>Waits as <see cref="Task.WaitAsync(CancellationToken)"/> does, and sees to it that a fault after that is no unobserved one.</summary>
    public static async Task<T> WaitOrAbandonAsync<T>(this Task<T> task, CancellationToken cancellationToken)
    {
        await ((Task)task).WaitOrAbandonAsync(cancellationToken).ConfigureAwait(false);
        return await task.ConfigureAwait(false);
    }

    /// <inheritdoc cref="WaitOrAbandonAsync{T}"/>
    public static async Task WaitOrAbandonAsync(this Task task, CancellationToken cancellationToken)
    {
        try
        {
            await task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            _ = task.ContinueWith(
                static late => late.Exception,
                CancellationToken.None,
                TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
            throw;
        }
    }
}
