using System.Diagnostics;
using Ffc.Sdk.Internal;

namespace Ffc.Sdk.Tests.Internal;

public sealed class BackgroundLoopTests
{
    [Fact]
    public async Task Work_does_not_see_the_current_activity_of_the_caller()
    {
        using var activity = new Activity("caller").Start();
        var seen = new TaskCompletionSource<Activity?>();

        await using var loop = new BackgroundLoop(token =>
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
        var loop = new BackgroundLoop(async token =>
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
}
