using System.Threading.Channels;

namespace Ffc.Host.Tests;

public sealed record TimerRun(string Function, TimerInfo Info, CancellationToken Stopping);

/// <summary>Records and controls the runs of the timer functions.</summary>
public sealed class TimerRuns
{
    private readonly Channel<TimerRun> _started = Channel.CreateUnbounded<TimerRun>();
    private TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _running;
    private int _count;
    private int _maxConcurrent;

    public TimerRuns() => Release();

    public int Count => _count;

    public int Running => _running;

    public int MaxConcurrent => _maxConcurrent;

    public Exception? Failure { get; set; }

    public bool ObservesCancellation { get; set; }

    /// <summary>True if a held run blocks its thread, as a synchronous function does.</summary>
    public bool BlocksItsThread { get; set; }

    public void Hold() => _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Release() => _gate.SetResult();

    /// <summary>Waits for the start of the next run.</summary>
    public async Task<TimerRun> NextAsync() =>
        await _started.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask()
            .WaitAsync(RunningHost.Deadline, TestContext.Current.CancellationToken);

    public async Task RunAsync(string function, TimerInfo info, CancellationToken stopping)
    {
        Interlocked.Increment(ref _count);
        _maxConcurrent = Math.Max(_maxConcurrent, Interlocked.Increment(ref _running));
        _started.Writer.TryWrite(new TimerRun(function, info, stopping));
        try
        {
            if (BlocksItsThread && !_gate.Task.Wait(RunningHost.Deadline, CancellationToken.None))
                throw new TimeoutException("The run was not released.");
            await _gate.Task.WaitAsync(ObservesCancellation ? stopping : CancellationToken.None);
            if (Failure is not null)
                throw Failure;
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }
}
