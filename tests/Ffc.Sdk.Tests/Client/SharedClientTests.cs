using Ffc.Sdk.Tests.Flags;
using Ffc.Sdk.Tests.TestData;

namespace Ffc.Sdk.Tests.Client;

/// <summary>The client that the whole process shares; nothing else in the tests may touch it.</summary>
[Collection(nameof(ProcessWide))]
public sealed class SharedClientTests
{
    [Fact]
    public async Task Configure_says_how_the_shared_client_is_made_and_replaces_the_one_there_is()
    {
        // What is not configured yet is told before anything else configures it.
        var tooEarly = Assert.Throws<InvalidOperationException>(() => FfcClient.Shared);
        Assert.Contains("FfcClient.Configure", tooEarly.Message, StringComparison.Ordinal);

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
        await off.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken); // the replaced client is closed

        // However many ask at once for the next one, there is one.
        var clients = new FfcClient[32];
        Parallel.For(0, clients.Length, i => clients[i] = FfcClient.Shared);
        Assert.Single(clients.Distinct());
        Assert.Equal("third", FfcClient.Shared.Variation("a", Clients.User(), ""));

        // A bad setting leaves everything as it was.
        Assert.Throws<ArgumentException>(() => FfcClient.Configure(new FfcOptions()));
        Assert.Equal("third", FfcClient.Shared.Variation("a", Clients.User(), ""));
    }

    private static FfcOptions Offline(string value) => new() { Offline = true, Bootstrap = MessageJson.Full(new FlagJson("a").Serves(value)) };
}
