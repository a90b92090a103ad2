using System.Threading.Channels;
using Ffc.Functions.Embedded;

namespace Ffc.Functions.Tests.Embedded;

public sealed record TimerRun(string Function, TimerInfo Info, CancellationToken Stopping);

/// <summary>What the timer functions do, and what a test can make them do.</summary>
public sealed class TimerRuns
{
    private readonly Channel<TimerRun> _begun = Channel.CreateUnbounded<TimerRun>();
    private TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _underWay;
    private int _count;
    private int _mostAtOnce;

    public TimerRuns() => Release();

    public int Count => _count;

    public int UnderWay => _underWay;

    public int MostAtOnce => _mostAtOnce;

    public Exception? Failure { get; set; }

    public bool HeedsStopping { get; set; }

    /// <summary>Whether a run that is held keeps its thread, as a function that is not asynchronous does.</summary>
    public bool KeepsItsThread { get; set; }

    public void Hold() => _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Release() => _gate.SetResult();

    /// <summary>The next run that has begun.</summary>
    public async Task<TimerRun> NextAsync() =>
        await _begun.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask()
            .WaitAsync(RunningHost.Deadline, TestContext.Current.CancellationToken);

    public async Task RunAsync(string function, TimerInfo info, CancellationToken stopping)
    {
        Interlocked.Increment(ref _count);
        _mostAtOnce = Math.Max(_mostAtOnce, Interlocked.Increment(ref _underWay));
        _begun.Writer.TryWrite(new TimerRun(function, info, stopping));
        try
        {
            if (KeepsItsThread && !_gate.Task.Wait(RunningHost.Deadline, CancellationToken.None))
                throw new TimeoutException("Nobody released the run.");
            await _gate.Task.WaitAsync(HeedsStopping ? stopping : CancellationToken.None);
            if (Failure is not null)
                throw Failure;
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }
}
