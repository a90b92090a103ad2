using System.Diagnostics;
using System.Runtime.CompilerServices;
using Ffc.Sdk.Tests.TestData;
using Ffc.Tests;

namespace Ffc.Sdk.Tests.Streaming;

/// <summary>The background work of a client does not run in the execution context of the caller that created it.</summary>
public sealed class ExecutionContextTests : StreamTest
{
    [Fact]
    public async Task Handlers_and_requests_do_not_see_the_context_in_which_the_client_was_created()
    {
        var local = new AsyncLocal<string?> { Value = "the caller's" };
        using var activity = new Activity("caller").Start();
        var seen = new List<(string?, Activity?)>();
        var client = Connect();
        client.FlagsChanged += (_, _) => seen.Add((local.Value, Activity.Current));
        client.UpdateStatusProvider.StatusChanged += (_, _) => seen.Add((local.Value, Activity.Current));
        for (var attempt = 0; attempt < 2; attempt++)
        {
            var connection = await Server.AcceptAsync();
            Assert.DoesNotContain("traceparent", connection.Headers.Keys);
            await connection.AnswerAsync(MessageJson.Full(new FlagJson("a", attempt + 1)));
            await WaitForStateAsync(client, UpdateState.Ok);
            connection.Abort();
            await WaitForStateAsync(client, UpdateState.Interrupted);
            await Clock.PassRetryDelayAsync(attempt + 1);
        }

        // Two changes of flags, and four of the state.
        Assert.Equal(Enumerable.Repeat<(string?, Activity?)>((null, null), 6), seen);
    }

    [Fact]
    public async Task The_data_of_the_context_in_which_the_client_was_created_is_not_kept_alive()
    {
        var data = ConnectInContextWithData();
        await (await Server.AcceptAsync()).AnswerAsync(MessageJson.Full());
        await Clock.WaitForTimerAsync(delay => delay.TotalMinutes is >= 8 and <= 12);

        await Eventually.Holds(() => !data.IsAlive, GC.Collect);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private WeakReference ConnectInContextWithData()
    {
        WeakReference? reference = null;
        var thread = new Thread(() =>
        {
            var data = new object();
            reference = new WeakReference(data);
            _ = new AsyncLocal<object?> { Value = data };
            Connect();
        });
        thread.Start();
        thread.Join();
        return reference!;
    }
}
