using System.Diagnostics;
using Ffc.Sdk.Internal;

namespace Ffc.Sdk.Tests.Internal;

public sealed class TimeLimitTests
{
    [Fact]
    public async Task Calls_that_block_their_threads_are_abandoned_in_time()
    {
        // More calls than the thread pool has threads, and than it adds in the time.
        using var released = new ManualResetEventSlim();
        var stopwatch = Stopwatch.StartNew();
        var calls = Enumerable.Range(0, 100).Select(_ => TimeLimit.RunAsync(
            _ =>
            {
                released.Wait(CancellationToken.None);
                return Task.CompletedTask;
            },
            TimeSpan.FromSeconds(0.5),
            TimeProvider.System,
            TestContext.Current.CancellationToken)).ToList();

        foreach (var call in calls)
            await Assert.ThrowsAsync<TimeoutException>(() => call);

        Assert.InRange(stopwatch.Elapsed.TotalSeconds, 0, 10);
        released.Set();
    }
}
