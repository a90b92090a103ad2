using System.Net;
using System.Net.Sockets;
using System.Text;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Ffc.Sdk;
using Ffc.Sdk.AzureStorage;
using Ffc.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Ffc.Functions.Tests.Storage;

public sealed class BlobOutboxTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    private const string Environment = "1__2__3";
    private const int AbortConnection = 0;
    private const int RefuseConnection = -1;
    private const string Folder = $"v1/{Environment}/";

    private readonly string _container = $"insights-{Guid.NewGuid():N}";
    private readonly FakeLogger<BlobOutbox> _logs = new();

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    private BlobContainerClient Container => new(azurite.ConnectionString, _container);

    private BlobContainerClient Rejected => new(azurite.ConnectionString, _container + "-rejected");

    [Fact]
    public async Task The_outbox_is_empty_without_a_container_and_the_first_batch_creates_it()
    {
        var outbox = Outbox();
        Assert.Equal(0, await outbox.CountAsync(Environment, Test));
        Assert.Empty(await ClaimAllAsync(outbox));
        Assert.False(await Container.ExistsAsync(Test));

        await outbox.PutAsync(Batch("a"), Test);

        Assert.Equal(1, await outbox.CountAsync(Environment, Test));
        Assert.Equal([Folder + "a.jsonl.gz"], await NamesAsync(Container));
        var properties = (await Container.GetPropertiesAsync(cancellationToken: Test)).Value;
        Assert.Equal(PublicAccessType.None, properties.PublicAccess ?? default);
    }

    [Fact]
    public async Task Batches_are_claimed_unchanged_oldest_first_and_only_of_their_environment()
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
    public async Task Only_one_instance_can_claim_a_batch_until_the_claim_is_disposed()
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
    public async Task A_batch_can_be_claimed_again_when_the_lease_has_expired()
    {
        await Outbox().PutAsync(Batch("a"), Test);
        var claims = await ClaimAllAsync(Outbox());
        var blob = Container.GetBlobClient(Folder + "a.jsonl.gz");

        // The lease would expire after 60 seconds; breaking it has the same effect.
        Assert.Equal(LeaseDurationType.Fixed, (await blob.GetPropertiesAsync(cancellationToken: Test)).Value.LeaseDuration);
        await blob.GetBlobLeaseClient().BreakAsync(TimeSpan.Zero, cancellationToken: Test);

        var again = await ClaimAllAsync(Outbox());
        Assert.Equal((false, true), (claims[0].MayBeDelivered, Assert.Single(again).MayBeDelivered));
        await Assert.ThrowsAsync<IOException>(() => claims[0].CompleteAsync(Test));

        // The second claim removes the blob. The first one must not take this for its own success.
        await again[0].CompleteAsync(Test);
        await Assert.ThrowsAsync<IOException>(() => claims[0].CompleteAsync(Test));
        await ReleaseAsync([.. claims, .. again]);
    }

    [Fact]
    public async Task A_batch_may_be_delivered_if_the_lease_of_its_last_claim_has_expired()
    {
        await Outbox().PutAsync(Batch("a"), Test);
        var blob = Container.GetBlobClient(Folder + "a.jsonl.gz");
        await ReleaseAsync(await ClaimAllAsync(Outbox()));

        // The shortest lease is 15 seconds long.
        await blob.GetBlobLeaseClient().AcquireAsync(TimeSpan.FromSeconds(15), cancellationToken: Test);
        await Eventually.Is(
            async () => (await blob.GetPropertiesAsync(cancellationToken: Test)).Value.LeaseState,
            state => state == LeaseState.Expired);

        var claims = await ClaimAllAsync(Outbox());
        Assert.True(Assert.Single(claims).MayBeDelivered);
        await ReleaseAsync(claims);

        var released = await ClaimAllAsync(Outbox());
        Assert.False(Assert.Single(released).MayBeDelivered);
        await ReleaseAsync(released);
    }

    [Fact]
    public async Task A_batch_may_be_delivered_if_its_lease_began_and_expired_after_the_listing()
    {
        var clock = new FakeTimeProvider();
        var outbox = Outbox(timeProvider: clock);
        foreach (var id in new[] { "a", "b", "c" })
            await outbox.PutAsync(Batch(id), Test);
        await using var claims = outbox.ClaimAsync(Environment, Test).GetAsyncEnumerator(Test);
        Assert.True(await claims.MoveNextAsync());

        var lease = Container.GetBlobClient(Folder + "b.jsonl.gz").GetBlobLeaseClient();
        await lease.AcquireAsync(TimeSpan.FromSeconds(60), cancellationToken: Test);
        await lease.BreakAsync(TimeSpan.Zero, cancellationToken: Test);
        clock.Advance(TimeSpan.FromSeconds(60));

        Assert.True(await claims.MoveNextAsync());
        Assert.Equal(("b", true), (claims.Current.Batch.Id, claims.Current.MayBeDelivered));
        Assert.True(await claims.MoveNextAsync());
        Assert.Equal(("c", false), (claims.Current.Batch.Id, claims.Current.MayBeDelivered));
    }

    [Fact]
    public async Task A_blob_that_cannot_be_claimed_or_set_aside_is_reported_after_the_other_batches()
    {
        var outbox = Outbox();
        await outbox.PutAsync(Batch("b"), Test);
        await outbox.PutAsync(Batch("c"), Test);
        await UploadAsync(Folder + "a.jsonl.gz", "no gzip at all"u8.ToArray());
        await outbox.PutRejectedAsync(Batch("a"), new InsightRejection { Status = 400 }, Test);
        await Rejected.GetBlobClient(Folder + "a.jsonl.gz").GetBlobLeaseClient()
            .AcquireAsync(BlobLeaseClient.InfiniteLeaseDuration, cancellationToken: Test);
        await Container.GetBlobClient(Folder + "b.jsonl.gz").SetAccessTierAsync(AccessTier.Archive, cancellationToken: Test);

        var claims = new List<IInsightClaim>();
        var problem = await Assert.ThrowsAsync<InsightBatchException>(() => ClaimAllAsync(outbox, claims));

        Assert.Equal(["c"], claims.Select(claim => claim.Batch.Id));
        Assert.StartsWith($"the blob {Folder}a.jsonl.gz cannot be read (", problem.Message, StringComparison.Ordinal);
        await ReleaseAsync(claims);
    }

    [Fact]
    public async Task Unreadable_blobs_are_moved_to_the_rejected_ones_with_the_reason()
    {
        var outbox = Outbox();
        await outbox.PutAsync(Batch("b"), Test);
        await UploadAsync(Folder + "a.jsonl.gz", "no gzip at all"u8.ToArray());
        await UploadAsync(Folder + "c.jsonl.gz", Batch("c").Pack()[..^30]);
        await UploadAsync(Folder + "d.jsonl.gz", Batch("d", "9__9__9").Pack());
        await UploadAsync(Folder + "e.jsonl.gz", Batch("../../v1/9__9__9/e").Pack());
        await UploadAsync(Folder + "f/g.jsonl.gz", Batch("f/g").Pack());

        var claims = await ClaimAllAsync(outbox);

        Assert.Equal(["b"], claims.Select(claim => claim.Batch.Id));
        Assert.Equal(
            [
                Folder + "a.jsonl.gz", Folder + "c.jsonl.gz", Folder + "d.jsonl.gz", Folder + "e.jsonl.gz",
                Folder + "f/g.jsonl.gz",
            ],
            await NamesAsync(Rejected));
        Assert.Equal([Folder + "b.jsonl.gz"], await NamesAsync(Container));
        var rejected = await Rejected.GetBlobClient(Folder + "a.jsonl.gz").DownloadContentAsync(Test);
        Assert.Equal("no gzip at all", rejected.Value.Content.ToString());
        Assert.StartsWith("cannot be read: ", rejected.Value.Details.Metadata["reason"], StringComparison.Ordinal);
        Assert.Equal(5, _logs.Collector.GetSnapshot().Count(record => record.Level == LogLevel.Warning));
        await ReleaseAsync(claims);
    }

    [Fact]
    public async Task Blobs_of_other_format_versions_and_unrelated_blobs_are_ignored()
    {
        var outbox = Outbox();
        await outbox.PutAsync(Batch("a"), Test);
        await UploadAsync($"v2/{Environment}/a.jsonl.gz", "another format"u8.ToArray());
        await UploadAsync("notes.txt", "foreign"u8.ToArray());

        var claims = await ClaimAllAsync(outbox);

        Assert.Single(claims);
        Assert.Equal(1, await outbox.CountAsync(Environment, Test));
        Assert.Equal(3, (await NamesAsync(Container)).Count);
        Assert.False(await Rejected.ExistsAsync(Test));
        await ReleaseAsync(claims);
    }

    [Fact]
    public async Task A_rejected_batch_keeps_its_name_has_status_and_reason_and_can_be_moved_back()
    {
        var outbox = Outbox();
        await outbox.PutAsync(Batch("a"), Test);
        var claims = await ClaimAllAsync(outbox);
        var rejection = new InsightRejection
        {
            Status = 422,
            Reason = "no such flag:\r\n\"naïve\"",
            Time = DateTimeOffset.UnixEpoch,
        };
        await outbox.PutRejectedAsync(claims[0].Batch, rejection, Test);
        await claims[0].CompleteAsync(Test);
        await ReleaseAsync(claims);
        await outbox.PutRejectedAsync(Batch("b"), new InsightRejection { Status = 400, Time = DateTimeOffset.UnixEpoch }, Test);

        Assert.Empty(await NamesAsync(Container));
        Assert.Equal([Folder + "a.jsonl.gz", Folder + "b.jsonl.gz"], await NamesAsync(Rejected));
        var blob = Rejected.GetBlobClient(Folder + "a.jsonl.gz");
        var metadata = (await blob.GetPropertiesAsync(cancellationToken: Test)).Value.Metadata;
        Assert.Equal(
            ("422", "no such flag:??\"na?ve\"", "1970-01-01T00:00:00.0000000Z"),
            (metadata["status"], metadata["reason"], metadata["time"]));

        await UploadAsync(blob.Name, (await blob.DownloadContentAsync(Test)).Value.Content.ToArray());
        var again = await ClaimAllAsync(outbox);
        Assert.Equal("a", Assert.Single(again).Batch.Id);
        await ReleaseAsync(again);
    }

    [Fact]
    public async Task The_halves_of_a_batch_can_replace_it_while_it_is_claimed()
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
    public async Task A_call_that_hangs_ends_after_five_seconds()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var outbox = Outbox($"AccountName=a;AccountKey=a2V5;BlobEndpoint=http://{silent.LocalEndpoint}/a");
        var stopwatch = System.Diagnostics.Stopwatch.StartNew();

        // The exception says that storage may have the batch.
        var fault = await Assert.ThrowsAsync<TimeoutException>(() => outbox.PutAsync(Batch("a"), Test));

        Assert.InRange(stopwatch.Elapsed.TotalSeconds, 4, 9);
        Assert.Equal("storage does not respond", fault.Message);
    }

    [Theory]
    [InlineData(500, true)]
    [InlineData(503, false)]
    [InlineData(403, false)]
    [InlineData(AbortConnection, true)]
    [InlineData(RefuseConnection, false)]
    public async Task PutAsync_reports_whether_storage_may_have_the_batch(int response, bool isUnknown)
    {
        var storage = await LoopbackServer.StartAsync(app => app.Run(async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
            if (response == AbortConnection)
                context.Abort();
            context.Response.StatusCode = response;
        }));
        await using var _ = storage;
        if (response == RefuseConnection)
            await storage.DisposeAsync();
        var outbox = Outbox($"AccountName=a;AccountKey=a2V5;BlobEndpoint={storage.Uri}a");

        var fault = await Assert.ThrowsAnyAsync<Exception>(() => outbox.PutAsync(Batch("a"), Test));

        Assert.Equal(isUnknown, fault is TimeoutException);
        Assert.Equal(!isUnknown, fault is IOException);
    }

    [Fact]
    public async Task A_refused_key_is_reported_without_the_key()
    {
        var key = Convert.ToBase64String(Encoding.UTF8.GetBytes("quite another key"));
        var parts = azurite.ConnectionString.Split(';')
            .Select(part => part.StartsWith("AccountKey=", StringComparison.Ordinal) ? $"AccountKey={key}" : part);
        var outbox = Outbox(string.Join(';', parts));

        var fault = await Assert.ThrowsAsync<IOException>(() => outbox.PutAsync(Batch("a"), Test));

        Assert.StartsWith("storage refuses access (403", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(key, fault.ToString(), StringComparison.Ordinal);
    }

    private static InsightBatch Batch(string id, string environment = Environment) =>
        new(id, environment, 2, "[1,2]"u8.ToArray());

    private BlobOutbox Outbox(string? connectionString = null, TimeProvider? timeProvider = null)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("AzureWebJobsStorage", connectionString ?? azurite.ConnectionString)]).Build();
        return new BlobOutbox(StorageConnection.From(configuration)!, _container, timeProvider ?? TimeProvider.System, _logs);
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
        await ClaimAllAsync(outbox, claims);
        return claims;
    }

    private static async Task ClaimAllAsync(BlobOutbox outbox, List<IInsightClaim> claims)
    {
        await foreach (var claim in outbox.ClaimAsync(Environment, Test))
            claims.Add(claim);
    }

    private static async Task ReleaseAsync(IEnumerable<IInsightClaim> claims)
    {
        foreach (var claim in claims)
            await claim.DisposeAsync();
    }
}
