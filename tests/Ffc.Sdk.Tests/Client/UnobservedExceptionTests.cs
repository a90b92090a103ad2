using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Ffc.Sdk.Tests.Snapshots;
using Ffc.Sdk.Tests.TestData;
using Microsoft.Extensions.Time.Testing;

namespace Ffc.Sdk.Tests.Client;

/// <summary>An abandoned call may fail later. The application must not receive it as an unobserved task exception.</summary>
public sealed class UnobservedExceptionTests : IDisposable
{
    private readonly ConcurrentQueue<string> _unobserved = new();

    public UnobservedExceptionTests() => TaskScheduler.UnobservedTaskException += Collect;

    public void Dispose() => TaskScheduler.UnobservedTaskException -= Collect;

    [Fact]
    public async Task An_abandoned_call_of_a_snapshot_store_that_fails_later_is_observed()
    {
        await AbandonStoreCallAsync("the snapshot store fails late");

        AssertObserved("the snapshot store fails late");
    }

    [Fact]
    public async Task A_connection_attempt_that_fails_after_disposal_is_observed()
    {
        await DisposeWhileConnectingAsync();

        AssertObserved("WebSocket");
        AssertObserved("Websocket");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task AbandonStoreCallAsync(string error)
    {
        var result = new TaskCompletionSource();
        var called = new TaskCompletionSource();
        var store = new MemorySnapshotStore
        {
            OnCall = _ =>
            {
                called.TrySetResult();
                return result.Task;
            },
        };
        await using (new SnapshotInstance(store, new FakeTimeProvider()))
            await called.Task;
        result.SetException(new IOException(error));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task DisposeWhileConnectingAsync()
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

    private void AssertObserved(string error)
    {
        for (var i = 0; i < 5; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.DoesNotContain(_unobserved, exception => exception.Contains(error, StringComparison.Ordinal));
    }

    private void Collect(object? sender, UnobservedTaskExceptionEventArgs e) => _unobserved.Enqueue(e.Exception.ToString());
}
