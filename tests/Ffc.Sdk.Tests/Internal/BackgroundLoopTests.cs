using System.Diagnostics;
using Ffc.Sdk.Internal;
using Ffc.Sdk.Tests.Streaming;
using Ffc.Sdk.Tests.TestData;
using Ffc.Tests;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Testing;

namespace Ffc.Sdk.Tests.Internal;

public sealed class BackgroundLoopTests
{
    [Fact]
    public async Task Work_does_not_see_the_current_activity_of_the_caller()
    {
        using var activity = new Activity("caller").Start();
        var seen = new TaskCompletionSource<Activity?>();

        await using var loop = Start(token =>
        {
            seen.SetResult(Activity.Current);
            return Task.Delay(Timeout.Infinite, token);
        });

        Assert.Null(await seen.Task);
        Assert.Same(activity, Activity.Current);
    }

    [Fact]
    public async Task DisposeAsync_cancels_the_work_and_waits_for_its_end()
    {
        var (started, ended) = (new TaskCompletionSource(), false);
        var loop = Start(async token =>
        {
            started.SetResult();
            await Task.Delay(Timeout.Infinite, token).ContinueWith(_ => { }, TaskScheduler.Default);
            ended = true;
            token.ThrowIfCancellationRequested();
        });
        await started.Task;

        await loop.DisposeAsync();

        Assert.True(ended);
    }

    [Fact]
    public async Task Work_that_throws_is_logged_and_restarted_with_a_back_off()
    {
        var (clock, logs) = (new TestClock(), new FakeLogCollector());
        var runs = 0;
        await using var loop = new BackgroundLoop(
            async token =>
            {
                if (Interlocked.Increment(ref runs) < 4)
                    throw new InvalidOperationException($"run {runs}");
                await Task.Delay(Timeout.Infinite, token);
            },
            Clients.Logging(logs).CreateLogger<BackgroundLoopTests>(),
            clock);
        foreach (var bound in new[] { 1, 2, 4 })
            await clock.PassRetryDelayAsync(bound);
        await Eventually.Holds(() => Volatile.Read(ref runs) == 4);

        Assert.Equal(["run 1", "run 2", "run 3"], logs.GetSnapshot().Select(log => log.Exception?.Message));
    }

    private static BackgroundLoop Start(Func<CancellationToken, Task> work) =>
        new(work, NullLogger.Instance, TimeProvider.System);
}
