namespace Ffc.Sdk.Tests.Insights.Model;

/// <summary>
/// The time of a simulation. It passes from one scheduled action to the next, and only when no code is running. The thread pool
/// must have a single thread; then the simulation is deterministic.
/// </summary>
internal sealed class SimulatedTime
{
    private readonly PriorityQueue<Action, (TimeSpan Due, long Order)> _actions = new();
    private long _order;

    /// <summary>The time since the start of the simulation.</summary>
    public TimeSpan Now { get; private set; }

    /// <summary>Called whenever no code is running, before time passes.</summary>
    public Action Settled { get; set; } = static () => { };

    /// <summary>Whether the thread pool has a single thread.</summary>
    public static bool IsSupported
    {
        get
        {
            ThreadPool.GetMaxThreads(out var threads, out _);
            return threads == 1;
        }
    }

    /// <summary>Runs an action after a delay.</summary>
    public void Schedule(TimeSpan delay, Action action) => _actions.Enqueue(action, (Now + delay, _order++));

    /// <summary>Completes after a delay. Completes immediately if the delay is zero.</summary>
    public Task DelayAsync(TimeSpan delay)
    {
        if (delay == TimeSpan.Zero)
            return Task.CompletedTask;

        var completion = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Schedule(delay, completion.SetResult);
        return completion.Task;
    }

    /// <summary>Lets time pass.</summary>
    public Task AdvanceAsync(TimeSpan duration) => AdvanceAsync(duration, static () => false);

    /// <summary>Lets time pass until a condition is met, for at most a duration.</summary>
    public async Task AdvanceAsync(TimeSpan duration, Func<bool> condition)
    {
        var end = Now + duration;
        await SettleAsync();
        while (!condition() && _actions.TryPeek(out var action, out var next) && next.Due <= end)
        {
            _actions.Dequeue();
            Now = next.Due;
            action();
            await SettleAsync();
        }

        if (!condition())
            Now = end;
    }

    // This code runs on the only thread of the pool, so no other code is running if no work is queued.
    private async Task SettleAsync()
    {
        while (ThreadPool.PendingWorkItemCount > 0)
            await Task.Yield();
        Settled();
    }
}
