using System.Net;
using System.Net.Sockets;
using System.Text;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Ffc.Functions.Storage;
using Ffc.Sdk;
using Ffc.Tests;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Ffc.Functions.Tests.Storage;

public sealed class BlobOutboxTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    private const string Environment = "1__2__3";
    private const string Folder = $"v1/{Environment}/";

    private readonly string _container = $"insights-{Guid.NewGuid():N}";
    private readonly FakeLogger<BlobOutbox> _logs = new();

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    private BlobContainerClient Container => new(azurite.ConnectionString, _container);

    private BlobContainerClient Rejected => new(azurite.ConnectionString, _container + "-rejected");

    [Fact]
    public async Task Where_there_is_no_container_nothing_waits_and_the_first_batch_makes_it()
    {
        var outbox = Outbox();
        Assert.Equal(0, await outbox.CountAsync(Environment, Test));
        Assert.Empty(await ClaimAllAsync(outbox));
        Assert.False(await Container.ExistsAsync(Test));

        await outbox.PutAsync(Batch("a"), Test);

        Assert.Equal(1, await outbox.CountAsync(Environment, Test));
        Assert.Equal([Folder + "a.jsonl.gz"], await NamesAsync(Container));
        Assert.Equal(PublicAccessType.None, (await Container.GetPropertiesAsync(cancellationToken: Test)).Value.PublicAccess ?? default);
    }

    [Fact]
    public async Task Batches_come_out_as_they_went_in_the_oldest_first_and_other_environments_are_not_looked_at()
    {
        var outbox = Outbox();
        foreach (var id in new[] { "b", "a", "c" })
            await outbox.PutAsync(Batch(id), Test);
        await outbox.PutAsync(Batch("a", "9__9__9"), Test);

        var claims = await ClaimAllAsync(outbox);

        Assert.Equal(["a", "b", "c"], claims.Select(claim => claim.Batch.Id));
        Assert.All(claims, claim => Assert.Equal("[1,2]", Encoding.UTF8.GetString(claim.Batch.Events.Span)));
        await ReleaseAsync(claims);
    }

    [Fact]
    public async Task A_batch_is_taken_by_one_instance_at_a_time_and_is_free_again_when_given_back()
    {
        await Outbox().PutAsync(Batch("a"), Test);

        var claims = await ClaimAllAsync(Outbox());
        Assert.Empty(await ClaimAllAsync(Outbox()));
        Assert.Equal(1, await Outbox().CountAsync(Environment, Test));

        await ReleaseAsync(claims);
        var again = await ClaimAllAsync(Outbox());
        await Assert.Single(again).CompleteAsync(Test);
        await ReleaseAsync(again);
        Assert.Equal(0, await Outbox().CountAsync(Environment, Test));
    }

    [Fact]
    public async Task The_lease_of_an_instance_that_died_runs_out()
    {
        await Outbox().PutAsync(Batch("a"), Test);
        var claims = await ClaimAllAsync(Outbox());
        var blob = Container.GetBlobClient(Folder + "a.jsonl.gz");

        // Sixty seconds, cut short here by the owner of the storage.
        Assert.Equal(LeaseDurationType.Fixed, (await blob.GetPropertiesAsync(cancellationToken: Test)).Value.LeaseDuration);
        await blob.GetBlobLeaseClient().BreakAsync(TimeSpan.Zero, cancellationToken: Test);

        var again = await ClaimAllAsync(Outbox());
        Assert.Single(again);
        await Assert.ThrowsAsync<IOException>(() => claims[0].CompleteAsync(Test));
        await ReleaseAsync([.. claims, .. again]);
    }

    [Fact]
    public async Task What_cannot_be_read_is_set_aside_with_the_reason_and_is_not_in_the_way()
    {
        var outbox = Outbox();
        await outbox.PutAsync(Batch("b"), Test);
        await UploadAsync(Folder + "a.jsonl.gz", "no gzip at all"u8.ToArray());
        await UploadAsync(Folder + "c.jsonl.gz", Batch("c").Pack()[..^30]);
        await UploadAsync(Folder + "d.jsonl.gz", Batch("d", "9__9__9").Pack());

        var claims = await ClaimAllAsync(outbox);

        Assert.Equal(["b"], claims.Select(claim => claim.Batch.Id));
        Assert.Equal([Folder + "a.jsonl.gz", Folder + "c.jsonl.gz", Folder + "d.jsonl.gz"], await NamesAsync(Rejected));
        Assert.Equal([Folder + "b.jsonl.gz"], await NamesAsync(Container));
        var aside = await Rejected.GetBlobClient(Folder + "a.jsonl.gz").DownloadContentAsync(Test);
        Assert.Equal("no gzip at all", aside.Value.Content.ToString());
        Assert.StartsWith("cannot be read: ", aside.Value.Details.Metadata["reason"], StringComparison.Ordinal);
        Assert.Equal(3, _logs.Collector.GetSnapshot().Count(record => record.Level == LogLevel.Warning));
        await ReleaseAsync(claims);
    }

    [Fact]
    public async Task Blobs_of_other_versions_and_of_other_people_stay_where_they_are()
    {
        var outbox = Outbox();
        await outbox.PutAsync(Batch("a"), Test);
        await UploadAsync($"v2/{Environment}/a.jsonl.gz", "whatever version 2 is"u8.ToArray());
        await UploadAsync("notes.txt", "mine"u8.ToArray());

        var claims = await ClaimAllAsync(outbox);

        Assert.Single(claims);
        Assert.Equal(1, await outbox.CountAsync(Environment, Test));
        Assert.Equal(3, (await NamesAsync(Container)).Count);
        Assert.False(await Rejected.ExistsAsync(Test));
        await ReleaseAsync(claims);
    }

    [Fact]
    public async Task A_rejected_batch_moves_under_its_name_with_status_and_reason_and_can_be_moved_back()
    {
        var outbox = Outbox();
        await outbox.PutAsync(Batch("a"), Test);
        var claims = await ClaimAllAsync(outbox);
        var rejection = new InsightRejection { Status = 422, Reason = "no such flag:\r\n\"naïve\"", Time = DateTimeOffset.UnixEpoch };
        await outbox.PutRejectedAsync(claims[0].Batch, rejection, Test);
        await claims[0].CompleteAsync(Test);
        await ReleaseAsync(claims);
        await outbox.PutRejectedAsync(Batch("b"), new InsightRejection { Status = 400, Time = DateTimeOffset.UnixEpoch }, Test);

        Assert.Empty(await NamesAsync(Container));
        Assert.Equal([Folder + "a.jsonl.gz", Folder + "b.jsonl.gz"], await NamesAsync(Rejected));
        var blob = Rejected.GetBlobClient(Folder + "a.jsonl.gz");
        var metadata = (await blob.GetPropertiesAsync(cancellationToken: Test)).Value.Metadata;
        Assert.Equal(("422", "no such flag:??\"na?ve\"", "1970-01-01T00:00:00.0000000Z"), (metadata["status"], metadata["reason"], metadata["time"]));

        await UploadAsync(blob.Name, (await blob.DownloadContentAsync(Test)).Value.Content.ToArray());
        var again = await ClaimAllAsync(outbox);
        Assert.Equal("a", Assert.Single(again).Batch.Id);
        await ReleaseAsync(again);
    }

    [Fact]
    public async Task A_split_batch_is_replaced_by_its_halves()
    {
        var outbox = Outbox();
        await outbox.PutAsync(Batch("a"), Test);
        var claims = await ClaimAllAsync(outbox);
        var (first, second) = claims[0].Batch.Split();
        await outbox.PutAsync(first, Test);
        await outbox.PutAsync(second, Test);
        await claims[0].CompleteAsync(Test);
        await ReleaseAsync(claims);

        var halves = await ClaimAllAsync(outbox);
        Assert.Equal(["[1]", "[2]"], halves.Select(claim => Encoding.UTF8.GetString(claim.Batch.Events.Span)));
        await ReleaseAsync(halves);
    }

    [Fact]
    public async Task Storage_that_never_answers_is_given_up_after_five_seconds()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var outbox = Outbox($"AccountName=a;AccountKey=a2V5;BlobEndpoint=http://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}/a");
        var clock = System.Diagnostics.Stopwatch.StartNew();

        var fault = await Assert.ThrowsAsync<IOException>(() => outbox.PutAsync(Batch("a"), Test));

        Assert.InRange(clock.Elapsed.TotalSeconds, 4, 9);
        Assert.Equal("storage does not answer", fault.Message);
    }

    [Fact]
    public async Task A_storage_that_refuses_the_key_is_told_of_without_the_key()
    {
        var key = Convert.ToBase64String(Encoding.UTF8.GetBytes("quite another key"));
        var parts = azurite.ConnectionString.Split(';').Select(part => part.StartsWith("AccountKey=", StringComparison.Ordinal) ? $"AccountKey={key}" : part);
        var outbox = Outbox(string.Join(';', parts));

        var fault = await Assert.ThrowsAsync<IOException>(() => outbox.PutAsync(Batch("a"), Test));

        Assert.StartsWith("storage refuses access (403", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(key, fault.ToString(), StringComparison.Ordinal);
    }

    private static InsightBatch Batch(string id, string environment = Environment) => new(id, environment, 2, "[1,2]"u8.ToArray());

    private BlobOutbox Outbox(string? connectionString = null)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("AzureWebJobsStorage", connectionString ?? azurite.ConnectionString)]).Build();
        return new BlobOutbox(StorageConnection.From(configuration)!, _container, TimeProvider.System, _logs);
    }

    private async Task UploadAsync(string name, byte[] content) =>
        await Container.GetBlobClient(name).UploadAsync(BinaryData.FromBytes(content), overwrite: true, Test);

    private static async Task<List<string>> NamesAsync(BlobContainerClient container)
    {
        var names = new List<string>();
        await foreach (var blob in container.GetBlobsAsync(new GetBlobsOptions(), Test))
            names.Add(blob.Name);
        return names;
    }

    private static async Task<List<IInsightClaim>> ClaimAllAsync(BlobOutbox outbox)
    {
        var claims = new List<IInsightClaim>();
        await foreach (var claim in outbox.ClaimAsync(Environment, Test))
            claims.Add(claim);
        return claims;
    }

    private static async Task ReleaseAsync(IEnumerable<IInsightClaim> claims)
    {
        foreach (var claim in claims)
            await claim.DisposeAsync();
    }
}
