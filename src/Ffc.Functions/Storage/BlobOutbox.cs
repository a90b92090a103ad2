using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Ffc.Sdk;
using Microsoft.Extensions.Logging;

namespace Ffc.Functions.Storage;

/// <summary>
/// Keeps batches of insights as blobs, which all instances share: <c>v1/{environment}/{id}.jsonl.gz</c>, and under the same name in
/// the container of the rejected ones. Whoever sends a batch leases its blob meanwhile; if that instance dies, the lease runs out.
/// </summary>
internal sealed partial class BlobOutbox(StorageConnection storage, string container, TimeProvider clock, ILogger<BlobOutbox> logger) : IInsightOutbox
{
    /// <summary>
    /// How long a batch is taken for one instance: longer than it waits for its turn, is read, sent with all retries, and removed.
    /// </summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);

    private const string Extension = ".jsonl.gz";
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(5);

    private readonly string _container = container;
    private readonly string _rejectedContainer = container + InsightBatch.RejectedSuffix;

    public Task PutAsync(InsightBatch batch, CancellationToken cancellationToken = default) =>
        WriteAsync(_container, NameOf(batch), batch.Pack(), metadata: null, cancellationToken);

    public Task PutRejectedAsync(InsightBatch batch, InsightRejection rejection, CancellationToken cancellationToken = default) =>
        WriteAsync(_rejectedContainer, NameOf(batch), batch.Pack(), Metadata(rejection), cancellationToken);

    public async IAsyncEnumerable<IInsightClaim> ClaimAsync(
        string environment, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var page in PagesAsync(environment, cancellationToken))
        {
            foreach (var item in page.Values)
            {
                // Asking for a lease would tell the same, at the price of a call.
                if (item.Properties.LeaseState != LeaseState.Leased
                    && await TryClaimAsync(item.Name, environment, cancellationToken) is { } claim)
                    yield return claim;
            }
        }
    }

    public async Task<int> CountAsync(string environment, CancellationToken cancellationToken = default)
    {
        var count = 0;
        await foreach (var page in PagesAsync(environment, cancellationToken))
            count += page.Values.Count;
        return count;
    }

    private static string NameOf(InsightBatch batch) => $"{Prefix(batch.Environment)}{batch.Id}{Extension}";

    private static string Prefix(string environment) => $"v{InsightBatch.FormatVersion}/{environment}/";

    private static Dictionary<string, string> Metadata(InsightRejection rejection)
    {
        var metadata = new Dictionary<string, string>
        {
            ["status"] = $"{rejection.Status}",
            ["time"] = $"{rejection.Time.UtcDateTime:O}",
        };

        // Metadata travels in headers: printable ASCII, and not nothing.
        var reason = string.Concat(rejection.Reason.Trim().Select(letter => letter is >= ' ' and <= '~' ? letter : '?'));
        if (reason.Length > 0)
            metadata["reason"] = reason;
        return metadata;
    }

    /// <summary>The blobs of an environment by name, which is by age.</summary>
    private async IAsyncEnumerable<Page<BlobItem>> PagesAsync(
        string environment, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? next = null;
        do
        {
            var page = await CallAsync(_container, token => PageAsync(environment, next, token), cancellationToken);
            if (page is null)
                yield break;

            yield return page;
            next = page.ContinuationToken;
        }
        while (!string.IsNullOrEmpty(next));
    }

    private async Task<Page<BlobItem>?> PageAsync(string environment, string? continuation, CancellationToken cancellationToken)
    {
        try
        {
            var options = new GetBlobsOptions { Prefix = Prefix(environment) };
            await foreach (var page in storage.Container(_container).GetBlobsAsync(options, cancellationToken).AsPages(continuation))
                return page;
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            // Nobody has put anything there yet.
        }

        return null;
    }

    private async Task<IInsightClaim?> TryClaimAsync(string name, string environment, CancellationToken cancellationToken)
    {
        var blob = storage.Container(_container).GetBlobClient(name);
        var lease = blob.GetBlobLeaseClient();
        var claimed = await CallAsync(_container, token => TryLeaseAsync(lease, token), cancellationToken);
        if (!claimed)
            return null;

        var claim = new Claim(this, blob, lease);
        try
        {
            var packed = await CallAsync(
                _container,
                async token => (await blob.DownloadContentAsync(claim.Conditions, token)).Value.Content.ToMemory(),
                cancellationToken);
            if (await ReadAsync(claim, packed, environment, cancellationToken) is { } batch)
            {
                claim.Batch = batch;
                return claim;
            }
        }
        catch
        {
            await claim.DisposeAsync();
            throw;
        }

        await claim.DisposeAsync();
        return null;
    }

    private static async Task<bool> TryLeaseAsync(BlobLeaseClient lease, CancellationToken cancellationToken)
    {
        try
        {
            await lease.AcquireAsync(Lease, cancellationToken: cancellationToken);
            return true;
        }
        catch (RequestFailedException e) when (e.Status is 404 or 409)
        {
            // Sent and gone, or being sent by somebody else.
            return false;
        }
    }

    /// <summary>Reads a batch; what is none is set aside, and null is returned.</summary>
    private async Task<InsightBatch?> ReadAsync(
        Claim claim, ReadOnlyMemory<byte> packed, string environment, CancellationToken cancellationToken)
    {
        string fault;
        try
        {
            var batch = InsightBatch.Unpack(packed);
            if (batch.Environment == environment)
                return batch;
            fault = "it belongs to another environment";
        }
        catch (InvalidDataException e)
        {
            fault = e.Message;
        }

        await claim.MoveAsync(packed, new InsightRejection { Reason = $"cannot be read: {fault}", Time = clock.GetUtcNow() }, cancellationToken);
        LogSetAside(claim.Name, fault);
        return null;
    }

    private async Task WriteAsync(
        string to, string name, ReadOnlyMemory<byte> content, Dictionary<string, string>? metadata, CancellationToken cancellationToken)
    {
        var options = new BlobUploadOptions
        {
            Metadata = metadata,
            HttpHeaders = new BlobHttpHeaders { ContentType = "application/gzip" },
        };
        await CallAsync(
            to,
            token => storage.WriteAsync(to, (client, t) => client.GetBlobClient(name).UploadAsync(new BinaryData(content), options, t), token),
            cancellationToken);
    }

    /// <summary>Runs one call within its time limit; what goes wrong is thrown as one line that says what to do.</summary>
    private async Task<T> CallAsync<T>(string about, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(CallTimeout);
        try
        {
            return await call(patience.Token);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException(storage.Describe(e, about), e);
        }
    }

    [LoggerMessage(EventId = 100, Level = LogLevel.Warning,
        Message = "The blob {Name} in the outbox for insights cannot be read: {Fault}. It is kept with the rejected ones")]
    private partial void LogSetAside(string name, string fault);

    private sealed class Claim(BlobOutbox outbox, BlobClient blob, BlobLeaseClient lease) : IInsightClaim
    {
        private bool _isGone;

        public InsightBatch Batch { get; set; } = null!;

        public string Name => blob.Name;

        public BlobRequestConditions Conditions => new() { LeaseId = lease.LeaseId };

        public async Task CompleteAsync(CancellationToken cancellationToken = default)
        {
            await outbox.CallAsync(
                outbox._container, token => blob.DeleteIfExistsAsync(conditions: Conditions, cancellationToken: token), cancellationToken);
            _isGone = true;
        }

        /// <summary>Moves the blob, as it is, to the rejected ones.</summary>
        public async Task MoveAsync(ReadOnlyMemory<byte> content, InsightRejection rejection, CancellationToken cancellationToken)
        {
            await outbox.WriteAsync(outbox._rejectedContainer, Name, content, Metadata(rejection), cancellationToken);
            await CompleteAsync(cancellationToken);
        }

        public async ValueTask DisposeAsync()
        {
            if (_isGone)
                return;

            try
            {
                await outbox.CallAsync(outbox._container, token => lease.ReleaseAsync(cancellationToken: token), CancellationToken.None);
            }
            catch (IOException)
            {
                // Then it runs out by itself.
            }
        }
    }
}
