using System.Net;
using System.Net.Sockets;
using System.Text;
using Azure.Storage.Blobs;
using Ffc.Functions.Storage;
using Ffc.Sdk;
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
    public async Task Where_there_is_no_container_there_is_no_snapshot_and_reading_makes_none()
    {
        var store = Store();

        Assert.Null(await store.ReadAsync(Name, Token));
        Assert.Null(await store.ReadMetadataAsync(Name, Token));
        Assert.False(await Container.ExistsAsync(Token));
    }

    [Fact]
    public async Task The_first_write_makes_the_container_and_a_blob_with_its_metadata()
    {
        Assert.True(await Store().TryWriteAsync(Name, Snapshot("7", "é"), null, Token));

        var blob = await Container.GetBlobClient(Name).GetPropertiesAsync(cancellationToken: Token);
        Assert.Equal("7", blob.Value.Metadata["dataversion"]);
        Assert.Equal("application/gzip", blob.Value.ContentType);
        Assert.Equal(Azure.Storage.Blobs.Models.PublicAccessType.None, (await Container.GetPropertiesAsync(cancellationToken: Token)).Value.PublicAccess ?? default);
        var stored = await Store().ReadAsync(Name, Token);
        Assert.Equal(("7", "é"), (stored!.Metadata["dataversion"], Encoding.UTF8.GetString(stored.Content.Span)));
        var head = await Store().ReadMetadataAsync(Name, Token);
        Assert.Equal(("7", stored.ETag), (head!.Metadata["dataversion"], head.ETag));
    }

    [Fact]
    public async Task A_write_takes_the_place_only_of_what_it_knows()
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
    public async Task Of_many_writers_at_once_one_wins()
    {
        var wins = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => Store().TryWriteAsync(Name, Snapshot($"{i}"), null, Token)));
        Assert.Single(wins, won => won);

        var tag = (await Store().ReadMetadataAsync(Name, Token))!.ETag;
        wins = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => Store().TryWriteAsync(Name, Snapshot($"{i}"), tag, Token)));
        Assert.Single(wins, won => won);
    }

    [Fact]
    public async Task What_was_fetched_ahead_is_taken_once_and_only_under_its_name()
    {
        var store = Store();
        await store.TryWriteAsync(Name, Snapshot("1"), null, Token);
        await store.TryWriteAsync("other", Snapshot("9"), null, Token);

        store.Prefetch(Name);
        Assert.Equal("9", (await store.ReadAsync("other", Token))!.Metadata["dataversion"]);
        store.Prefetch(Name);
        Assert.Equal("1", (await store.ReadAsync(Name, Token))!.Metadata["dataversion"]);
        await store.TryWriteAsync(Name, Snapshot("2"), (await store.ReadMetadataAsync(Name, Token))!.ETag, Token);
        Assert.Equal("2", (await store.ReadAsync(Name, Token))!.Metadata["dataversion"]);
    }

    [Fact]
    public async Task A_key_that_storage_refuses_is_told_with_what_to_check_and_without_the_key()
    {
        var other = Convert.ToBase64String(Encoding.UTF8.GetBytes("another key than the account's"));
        var store = Store(System.Text.RegularExpressions.Regex.Replace(azurite.ConnectionString, "AccountKey=[^;]+", $"AccountKey={other}"));

        var read = await Assert.ThrowsAsync<IOException>(() => store.ReadAsync(Name, Token));
        var written = await Assert.ThrowsAsync<IOException>(() => store.TryWriteAsync(Name, Snapshot("1"), null, Token));

        Assert.All([read, written], error =>
        {
            Assert.StartsWith("storage refuses access (403", error.Message, StringComparison.Ordinal);
            Assert.Contains("check the key in AzureWebJobsStorage", error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(other, error.ToString(), StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Storage_that_cannot_be_reached_is_told_in_one_line()
    {
        using var port = new TcpListener(IPAddress.Loopback, 0);
        port.Start();
        var store = Store($"AccountName=a;AccountKey=a2V5;BlobEndpoint=http://127.0.0.1:{((IPEndPoint)port.LocalEndpoint).Port}/a");
        port.Stop();

        var error = await Assert.ThrowsAsync<IOException>(() => store.ReadAsync(Name, Token));

        Assert.StartsWith("storage cannot be reached", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public async Task Storage_that_never_answers_is_given_up_when_the_caller_says_so()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var store = Store($"AccountName=a;AccountKey=a2V5;BlobEndpoint=http://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}/a");
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.ReadAsync(Name, limit.Token));
    }

    [Theory]
    [InlineData("AccountName=a;AccountKey=not base64!;BlobEndpoint=http://127.0.0.1:1/a")]
    [InlineData("AccountName=a")]
    public async Task A_connection_string_that_the_client_refuses_is_told_without_repeating_it(string connectionString)
    {
        var error = await Assert.ThrowsAsync<IOException>(() => Store(connectionString).ReadAsync(Name, Token));

        Assert.Equal("AzureWebJobsStorage is not a valid connection string", error.Message);
    }

    private static Snapshot Snapshot(string version, string content = "content") => new()
    {
        Metadata = new Dictionary<string, string> { ["dataversion"] = version },
        Content = Encoding.UTF8.GetBytes(content),
    };

    private BlobSnapshotStore Store(string? connectionString = null)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([KeyValuePair.Create("AzureWebJobsStorage", (string?)(connectionString ?? azurite.ConnectionString))])
            .Build();
        return new BlobSnapshotStore(StorageConnection.From(configuration)!, _container);
    }
}
