using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Ffc.Sdk.Tests.Snapshots;
using Ffc.Sdk.Tests.TestData;
using Microsoft.Extensions.Time.Testing;

namespace Ffc.Sdk.Tests.Client;

/// <summary>What is left behind when its time is over may still fail: no application is to hear of that as an unobserved exception.</summary>
public sealed class UnobservedFaultTests : IDisposable
{
    private readonly ConcurrentQueue<string> _unobserved = new();

    public UnobservedFaultTests() => TaskScheduler.UnobservedTaskException += Note;

    public void Dispose() => TaskScheduler.UnobservedTaskException -= Note;

    [Fact]
    public async Task A_snapshot_store_that_fails_after_it_was_given_up()
    {
        await GiveUpStoreAsync("the snapshot store fails late");

        AssertUnheard("the snapshot store fails late");
    }

    [Fact]
    public async Task A_connection_attempt_that_fails_after_the_client_was_closed()
    {
        await CloseWhileConnectingAsync();

        AssertUnheard("WebSocket");
        AssertUnheard("Websocket");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task GiveUpStoreAsync(string fault)
    {
        var failing = new TaskCompletionSource();
        var asked = new TaskCompletionSource();
        var store = new MemorySnapshotStore
        {
            OnCall = _ =>
            {
                asked.TrySetResult();
                return failing.Task;
            },
        };
        await using (new SnapshotInstance(store, new FakeTimeProvider()))
            await asked.Task;
        failing.SetException(new IOException(fault));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task CloseWhileConnectingAsync()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var options = new FfcOptions { EnvSecret = Clients.Secret, StreamingUri = new Uri($"ws://{silent.LocalEndpoint}") };
        await using (new FfcClient(options))
            (await silent.AcceptSocketAsync(TestContext.Current.CancellationToken)).Dispose();
        await using (new FfcClient(options))
        {
            using var socket = await silent.AcceptSocketAsync(TestContext.Current.CancellationToken);
        }

        var kept = default(Socket);
        await using (new FfcClient(options))
            kept = await silent.AcceptSocketAsync(TestContext.Current.CancellationToken);
        kept.Dispose();
    }

    private void AssertUnheard(string fault)
    {
        for (var i = 0; i < 5; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.DoesNotContain(_unobserved, heard => heard.Contains(fault, StringComparison.Ordinal));
    }

    private void Note(object? sender, UnobservedTaskExceptionEventArgs e) => _unobserved.Enqueue(e.Exception.ToString());
}
