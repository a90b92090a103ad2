using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Ffc.Sdk;
using Ffc.Sdk.AzureStorage;
using Ffc.Tests;
using Microsoft.Extensions.Configuration;

namespace Ffc.Functions.Tests.Storage;

public sealed class BlobSnapshotStoreTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    private const string Name = "1__2__3.json.gz";

    private readonly string _container = $"snapshots-{Guid.NewGuid():N}";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private BlobContainerClient Container => new(azurite.ConnectionString, _container, new BlobClientOptions());

    [Fact]
    public async Task ReadAsync_returns_null_and_creates_nothing_when_there_is_no_container()
    {
        var store = Store();

        Assert.Null(await store.ReadAsync(Name, Token));
        Assert.Null(await store.ReadMetadataAsync(Name, Token));
        Assert.False(await Container.ExistsAsync(Token));
    }

    [Fact]
    public async Task The_first_write_creates_the_container_and_a_blob_with_metadata()
    {
        Assert.True(await Store().TryWriteAsync(Name, Snapshot("7", "é"), null, Token));

        var blob = await Container.GetBlobClient(Name).GetPropertiesAsync(cancellationToken: Token);
        Assert.Equal("7", blob.Value.Metadata["dataversion"]);
        Assert.Equal("application/gzip", blob.Value.ContentType);
        var properties = (await Container.GetPropertiesAsync(cancellationToken: Token)).Value;
        Assert.Equal(PublicAccessType.None, properties.PublicAccess ?? default);
        var stored = await Store().ReadAsync(Name, Token);
        Assert.Equal("7", stored!.Metadata["dataversion"]);
        Assert.Equal("é", Encoding.UTF8.GetString(stored.Content.Span));
        var head = await Store().ReadMetadataAsync(Name, Token);
        Assert.Equal(("7", stored.ETag), (head!.Metadata["dataversion"], head.ETag));
    }

    [Fact]
    public async Task A_write_replaces_only_the_snapshot_with_the_expected_tag()
    {
        var store = Store();
        Assert.False(await store.TryWriteAsync(Name, Snapshot("1"), "\"0x1\"", Token)); // nothing is there
        Assert.True(await store.TryWriteAsync(Name, Snapshot("1"), null, Token));
        var first = (await store.ReadMetadataAsync(Name, Token))!.ETag;

        Assert.False(await store.TryWriteAsync(Name, Snapshot("2"), null, Token));
        Assert.True(await store.TryWriteAsync(Name, Snapshot("3"), first, Token));
        Assert.False(await store.TryWriteAsync(Name, Snapshot("4"), first, Token));
        Assert.Equal("3", (await store.ReadMetadataAsync(Name, Token))!.Metadata["dataversion"]);

        var last = (await store.ReadMetadataAsync(Name, Token))!.ETag;
        await Container.DeleteBlobAsync(Name, cancellationToken: Token);
        Assert.False(await store.TryWriteAsync(Name, Snapshot("5"), last, Token));
    }

    [Fact]
    public async Task One_write_wins_when_many_run_concurrently()
    {
        var wins = await Task.WhenAll(
            Enumerable.Range(0, 10).Select(i => Store().TryWriteAsync(Name, Snapshot($"{i}"), null, Token)));
        Assert.Single(wins, won => won);

        var tag = (await Store().ReadMetadataAsync(Name, Token))!.ETag;
        wins = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => Store().TryWriteAsync(Name, Snapshot($"{i}"), tag, Token)));
        Assert.Single(wins, won => won);
    }

    [Fact]
    public async Task A_prefetched_snapshot_is_returned_once_and_only_for_its_name()
    {
        await Store().TryWriteAsync(Name, Snapshot("1"), null, Token);
        await Store().TryWriteAsync("other", Snapshot("9"), null, Token);
        var storage = Storage();
        var prefetch = new SnapshotPrefetch(storage, _container, Name);
        var otherContainer = new BlobSnapshotStore(storage, _container + "-other", prefetch);
        var store = new BlobSnapshotStore(storage, _container, prefetch);

        Assert.Null(await otherContainer.ReadAsync(Name, Token));
        Assert.Equal("9", (await store.ReadAsync("other", Token))!.Metadata["dataversion"]);
        Assert.Equal("1", (await store.ReadAsync(Name, Token))!.Metadata["dataversion"]);
        await store.TryWriteAsync(Name, Snapshot("2"), (await store.ReadMetadataAsync(Name, Token))!.ETag, Token);
        Assert.Equal("2", (await store.ReadAsync(Name, Token))!.Metadata["dataversion"]);
    }

    [Fact]
    public async Task A_refused_key_is_reported_with_what_to_check_and_without_the_key()
    {
        var other = Convert.ToBase64String(Encoding.UTF8.GetBytes("another key than the account's"));
        var store = Store(Regex.Replace(azurite.ConnectionString, "AccountKey=[^;]+", $"AccountKey={other}"));

        var read = await Assert.ThrowsAsync<IOException>(() => store.ReadAsync(Name, Token));
        var written = await Assert.ThrowsAsync<IOException>(() => store.TryWriteAsync(Name, Snapshot("1"), null, Token));

        Assert.All([read, written], error =>
        {
            Assert.StartsWith("storage refuses access (403", error.Message, StringComparison.Ordinal);
            Assert.Contains("check the key in AzureWebJobsStorage", error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(other, error.ToString(), StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData("a", "")]
    [InlineData("devstoreaccount1", "; is Azurite running? Start it with 'npx azurite'")]
    public async Task An_unreachable_account_is_reported_once_for_all_attempts(string account, string hint)
    {
        using var port = new TcpListener(IPAddress.Loopback, 0);
        port.Start();
        var address = port.LocalEndpoint;
        var store = Store($"AccountName={account};AccountKey=a2V5;BlobEndpoint=http://{address}/a");
        port.Stop();

        var error = await Assert.ThrowsAsync<IOException>(() => store.ReadAsync(Name, Token));

        Assert.Equal(
            $"the storage of AzureWebJobsStorage cannot be reached: Connection refused ({address}){hint}", error.Message);
    }

    [Fact]
    public async Task A_call_that_hangs_ends_when_the_caller_cancels()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var store = Store($"AccountName=a;AccountKey=a2V5;BlobEndpoint=http://{silent.LocalEndpoint}/a");
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.ReadAsync(Name, limit.Token));
    }

    [Fact]
    public async Task An_incomplete_connection_string_is_reported_without_its_value()
    {
        var error = await Assert.ThrowsAsync<IOException>(() => Store("AccountName=a").ReadAsync(Name, Token));

        Assert.Equal("AzureWebJobsStorage is not a valid connection string", error.Message);
    }

    private static Snapshot Snapshot(string version, string content = "content") => new()
    {
        Metadata = new Dictionary<string, string> { ["dataversion"] = version },
        Content = Encoding.UTF8.GetBytes(content),
    };

    private BlobSnapshotStore Store(string? connectionString = null) => new(Storage(connectionString), _container);

    private StorageConnection Storage(string? connectionString = null)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("AzureWebJobsStorage", connectionString ?? azurite.ConnectionString)])
            .Build();
        return StorageConnection.From(configuration)!;
    }
}
