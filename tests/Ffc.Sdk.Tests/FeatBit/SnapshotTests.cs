using System.Text;
using Ffc.Sdk.Flags;
using Ffc.Sdk.Protocol;
using Ffc.Sdk.Snapshots;
using Ffc.Sdk.Tests.Snapshots;
using Ffc.Sdk.Tests.TestData;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ffc.Sdk.Tests.FeatBit;

public sealed class SnapshotTests
{
    private static readonly IServerProtocol Server = ServerProtocol.Parse(Clients.FeatBitSecret);

    [Fact]
    public void A_snapshot_contains_the_flags_as_the_server_sent_them()
    {
        var flag = new FeatBitFlagJson("f", "2026-01-02T03:04:05.1239Z");
        var snapshot = Create(flag, new FeatBitFlagJson("archived").Set("isArchived", true), new FeatBitSegmentJson("s"));

        var result = snapshot.Decode(Server);

        Assert.Equal("0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0", snapshot.Metadata["environment"]);
        Assert.Equal("featbit", snapshot.Metadata["server"]);
        Assert.Equal("1767323045123", snapshot.Metadata["dataversion"]);
        Assert.Equal(flag.Json.ToJsonString(), Encoding.UTF8.GetString(Assert.Single(result.Data!.Sync.Flags).Json.Span));
        Assert.Equal("s", Assert.Single(result.Data.Sync.Segments).Id);
    }

    [Fact]
    public void A_snapshot_of_another_kind_of_server_is_refused()
    {
        var ffc = SnapshotFactory.Create(new FlagJson("f"))
            .WithMetadata("environment", Server.EnvironmentName);

        Assert.Equal("it is from another kind of server than featbit", ffc.Decode(Server).Error);
        Assert.True(ffc.Decode(Server).CanBeOverwritten);
    }

    [Fact]
    public async Task A_client_starts_from_its_snapshot()
    {
        var folder = Directory.CreateTempSubdirectory("ffc-snapshots-");
        var store = new FileSnapshotStore(folder.FullName);
        var name = Snapshot.GetName(Clients.FeatBitSecret)!;
        await store.TryWriteAsync(name, Create(new FeatBitFlagJson("f")), null, TestContext.Current.CancellationToken);
        await using (var client = await FfcClient.StartAsync(
            new FfcOptions
            {
                EnvSecret = Clients.FeatBitSecret,
                StreamingUri = new Uri("ws://127.0.0.1:1"),
                EventsUri = new Uri("http://127.0.0.1:1"),
                Snapshot = { Path = folder.FullName },
            },
            TestContext.Current.CancellationToken))
        {
            Assert.Equal(FlagDataSource.Snapshot, client.FlagData.Source);
            Assert.Equal("id-on on: fall through all rules", client.EvaluateAsText("f"));
        }

        folder.Delete(recursive: true);
    }

    private static Snapshot Create(params ItemJson[] items)
    {
        var store = new DataStore(NullLogger<DataStore>.Instance, keepJson: true);
        store.Apply(FeatBitMessage.Read(MessageJson.Full(items)));
        return SnapshotCodec.Encode(store.Current, Server, SnapshotFactory.Noon);
    }
}
