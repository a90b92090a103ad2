using Ffc.Sdk.Tests.Streaming;
using Ffc.Sdk.Tests.TestData;
using Ffc.Tests;

namespace Ffc.Sdk.Tests.Snapshots;

/// <summary>A client connects to a restored server, and the stored snapshot is from before the restore.</summary>
public sealed class RestoredServerTests : StreamTest
{
    // No other timer of the client has this due time.
    private static readonly TimeSpan MinWriteInterval = TimeSpan.FromSeconds(7);
    private static readonly string Restored = MessageJson.Full(new FlagJson("a", 5));

    private readonly MemorySnapshotStore _store = new();

    [Fact]
    public async Task The_client_requests_the_data_again_and_replaces_the_snapshot()
    {
        var (client, connection) = await ConnectAsync();
        await PassMinWriteIntervalAsync();
        await connection.AnswerAsync(Restored);

        await Eventually.Holds(() => _store.Stored!.Flags() == "a@5");
        Assert.Equal((5, UpdateState.Ok), (client.FlagData.Version, client.UpdateStatusProvider.Status.State));
    }

    [Fact]
    public async Task DisposeAsync_requests_the_data_again_and_replaces_the_snapshot()
    {
        var (client, connection) = await ConnectAsync();

        var disposing = client.DisposeAsync().AsTask();
        await connection.AnswerAsync(Restored);
        await disposing;

        Assert.Equal("a@5", _store.Stored!.Flags());
    }

    [Fact]
    public async Task A_request_that_the_end_of_the_connection_interrupts_is_repeated()
    {
        var (_, connection) = await ConnectAsync();
        await PassMinWriteIntervalAsync();
        await connection.ReceiveAsync();
        connection.Abort();
        await Clock.PassRetryDelayAsync();
        var next = await Server.AcceptAsync();
        await next.AnswerAsync(Restored);

        var answering = next.AnswerAsync(Restored);
        await Eventually.Holds(() => answering.IsCompleted, () => Clock.Advance(TimeSpan.FromSeconds(1)));

        await answering;
        await Eventually.Holds(() => _store.Stored!.Flags() == "a@5");
    }

    private async Task<(FfcClient Client, ServerConnection Connection)> ConnectAsync()
    {
        _store.Put(SnapshotFactory.Name, SnapshotFactory.Create(new FlagJson("a", 9)));
        var client = Connect(options =>
        {
            options.SnapshotStore = _store;
            options.Snapshot.MinWriteInterval = MinWriteInterval;
            options.Streaming.PingInterval = TimeSpan.FromHours(1);
        });
        await Eventually.Holds(() => client.FlagData.Version == 9);
        var connection = await Server.AcceptAsync();
        await connection.AnswerAsync(Restored);
        await WaitForStateAsync(client, UpdateState.Ok);
        return (client, connection);
    }

    private async Task PassMinWriteIntervalAsync()
    {
        await Clock.WaitForTimerAsync(delay => delay == MinWriteInterval);
        Clock.Advance(MinWriteInterval);
    }
}
