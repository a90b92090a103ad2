using Ffc.Sdk.Tests.TestData;

namespace Ffc.Sdk.Tests.Client;

/// <summary>The shared client of the process. No other test may use it.</summary>
[Collection(nameof(ProcessWide))]
public sealed class SharedClientTests
{
    [Fact]
    public async Task Configure_replaces_the_shared_client()
    {
        var notConfigured = Assert.Throws<InvalidOperationException>(() => FfcClient.Shared);
        Assert.Contains("FfcClient.Configure", notConfigured.Message, StringComparison.Ordinal);

        FfcClient.Configure(Offline("first"));
        var first = FfcClient.Shared;
        Assert.Same(first, FfcClient.Shared);
        Assert.Equal("first", first.Variation("a", Clients.User(), ""));

        FfcClient.Configure(new FfcOptions { EnvSecret = Clients.Secret, StreamingUri = new("ws://127.0.0.1:1") });
        var online = FfcClient.Shared;
        Assert.NotSame(first, online);
        Assert.Equal(UpdateState.Initializing, online.UpdateStatusProvider.Status.State);

        var off = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        online.UpdateStatusProvider.StatusChanged += (_, e) => _ = e.Status.State == UpdateState.Off && off.TrySetResult();
        FfcClient.Configure(Offline("third"));
        // The replaced client is disposed of in the background.
        await off.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        // Concurrent first uses create one client.
        var clients = new FfcClient[32];
        Parallel.For(0, clients.Length, i => clients[i] = FfcClient.Shared);
        Assert.Single(clients.Distinct());
        Assert.Equal("third", FfcClient.Shared.Variation("a", Clients.User(), ""));

        // Invalid options do not replace the client.
        Assert.Throws<ArgumentException>(() => FfcClient.Configure(new FfcOptions()));
        Assert.Equal("third", FfcClient.Shared.Variation("a", Clients.User(), ""));
    }

    private static FfcOptions Offline(string value) =>
        new() { Offline = true, Bootstrap = MessageJson.Full(new FlagJson("a").Serves(value)) };
}
