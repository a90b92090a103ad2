using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.AzureStorage;

/// <summary>
/// Keeps batches of insights as blobs, which all instances share: <c>v1/{environment}/{id}.jsonl.gz</c>. Rejected batches have
/// the same name in another container. An instance leases the blob of a batch while it sends the batch. If the instance ends
/// unexpectedly, the lease expires.
/// </summary>
internal sealed partial class BlobOutbox(
    StorageConnection storage, string container, TimeProvider timeProvider, ILogger<BlobOutbox> logger) : IInsightOutbox
{
    /// <summary>The suffix of the container for rejected batches.</summary>
    public const string RejectedSuffix = "-rejected";

    /// <summary>
    /// The duration of a claim. It is longer than the time to read the batch, send it with all retries, and split, reject or
    /// remove it.
    /// </summary>
    public static readonly TimeSpan LeaseDuration = TimeSpan.FromSeconds(60);

    private const string Extension = ".jsonl.gz";

    private readonly string _container = container;
    private readonly string _rejectedContainer = container + RejectedSuffix;

    public async Task PutAsync(InsightBatch batch, CancellationToken cancellationToken = default)
    {
        try
        {
            await WriteAsync(_container, NameOf(batch), batch.Pack(), metadata: null, cancellationToken);
        }
        catch (IOException exception) when (IsOutcomeUnknown(exception.InnerException))
        {
            throw new TimeoutException(exception.Message, exception);
        }
    }

    public Task PutRejectedAsync(InsightBatch batch, InsightRejection rejection, CancellationToken cancellationToken = default) =>
        WriteAsync(_rejectedContainer, NameOf(batch), batch.Pack(), Metadata(rejection), cancellationToken);

    public async IAsyncEnumerable<IInsightClaim> ClaimAsync(
        string environment, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var problems = new List<InsightBatchException>();
        var listedAt = timeProvider.GetTimestamp();
        await foreach (var page in PagesAsync(environment, cancellationToken))
        {
            foreach (var item in page.Values)
            {
                // The listing shows most leases. Skipping leased blobs avoids calls that would fail.
                if (item.Properties.LeaseState == LeaseState.Leased)
                    continue;

                // A lease that began after the listing has expired at the earliest after its duration.
                LeaseState? state = timeProvider.GetElapsedTime(listedAt) < LeaseDuration ? item.Properties.LeaseState : null;
                if (await TryClaimAsync(item.Name, state, environment, problems, cancellationToken) is { } claim)
                    yield return claim;
            }

            listedAt = timeProvider.GetTimestamp();
        }

        if (problems.Count > 0)
            throw problems[0];
    }

    public async Task<int> CountAsync(string environment, CancellationToken cancellationToken = default)
    {
        var count = 0;
        await foreach (var page in PagesAsync(environment, cancellationToken))
            count += page.Values.Count;
        return count;
    }

    /// <summary>Whether storage may have executed the request: it failed in storage, or its response did not arrive.</summary>
    private static bool IsOutcomeUnknown(Exception? exception) => exception switch
    {
        OperationCanceledException or TimeoutException => true,
        AggregateException attempts => attempts.InnerExceptions.Any(IsOutcomeUnknown),
        RequestFailedException { Status: >= 500 and not 503 } => true,
        HttpRequestException
        {
            HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
            or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError
        } => false,
        HttpRequestException or IOException { InnerException: null } => true,
        null => false,
        _ => IsOutcomeUnknown(exception.InnerException),
    };

    private static string NameOf(InsightBatch batch) => $"{Prefix(batch.Environment)}{batch.Id}{Extension}";

    private static string Prefix(string environment) => $"v{InsightBatch.FormatVersion}/{environment}/";

    private static Dictionary<string, string> Metadata(InsightRejection rejection)
    {
        var metadata = new Dictionary<string, string>
        {
            ["status"] = $"{rejection.Status}",
            ["time"] = $"{rejection.Time.UtcDateTime:O}",
        };

        // Metadata is sent in HTTP headers, so values must be printable ASCII and not empty.
        var reason = string.Concat(rejection.Reason.Trim().Select(letter => letter is >= ' ' and <= '~' ? letter : '?'));
        if (reason.Length > 0)
            metadata["reason"] = reason;
        return metadata;
    }

    /// <summary>The blobs of an environment, ordered by name and so by age.</summary>
    private async IAsyncEnumerable<Page<BlobItem>> PagesAsync(
        string environment, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? next = null;
        do
        {
            var page = await CallAsync(token => PageAsync(environment, next, token), cancellationToken);
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
            var blobs = storage.Container(_container).GetBlobsAsync(options, cancellationToken);
            await foreach (var page in blobs.AsPages(continuation))
                return page;
        }
        catch (RequestFailedException exception) when (exception.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            // No instance has stored a batch yet.
        }

        return null;
    }

    private async Task<IInsightClaim?> TryClaimAsync(
        string name,
        LeaseState? state,
        string environment,
        List<InsightBatchException> problems,
        CancellationToken cancellationToken)
    {
        try
        {
            return await TryClaimAsync(name, state, environment, cancellationToken);
        }
        catch (InsightBatchException exception)
        {
            problems.Add(exception);
        }
        catch (IOException exception)
            when (exception.InnerException is RequestFailedException { Status: >= 400 and < 500 and not 401 and not 403 })
        {
            // Storage works, but not for this blob, as when a lifecycle rule has archived it.
            problems.Add(new InsightBatchException($"the blob {name} cannot be claimed: {exception.Message}", exception));
        }

        return null;
    }

    /// <param name="name">The name of the blob.</param>
    /// <param name="state">The state of its lease before this claim; null if it is not known.</param>
    /// <param name="environment">The environment of the batches.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    private async Task<IInsightClaim?> TryClaimAsync(
        string name, LeaseState? state, string environment, CancellationToken cancellationToken)
    {
        var blob = storage.Container(_container).GetBlobClient(name);
        var lease = blob.GetBlobLeaseClient();
        state ??= await CallAsync(token => ReadLeaseStateAsync(blob, token), cancellationToken);
        var isLeased = await CallAsync(token => TryLeaseAsync(lease, token), cancellationToken);
        if (!isLeased)
            return null;

        var leased = new LeasedBlob(this, blob, lease);
        try
        {
            var packed = await leased.DownloadAsync(cancellationToken);
            if (await ReadAsync(leased, packed, environment, cancellationToken) is { } batch)
                return new Claim(leased, batch, mayBeDelivered: state != LeaseState.Available);
        }
        catch
        {
            await leased.ReleaseAsync();
            throw;
        }

        await leased.ReleaseAsync();
        return null;
    }

    private static async Task<LeaseState> ReadLeaseStateAsync(BlobClient blob, CancellationToken cancellationToken)
    {
        try
        {
            return (await blob.GetPropertiesAsync(cancellationToken: cancellationToken)).Value.LeaseState;
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            // Another instance has delivered the batch.
            return LeaseState.Leased;
        }
    }

    private static async Task<bool> TryLeaseAsync(BlobLeaseClient lease, CancellationToken cancellationToken)
    {
        try
        {
            await lease.AcquireAsync(LeaseDuration, cancellationToken: cancellationToken);
            return true;
        }
        catch (RequestFailedException exception)
            when (exception.Status == 404 || exception.ErrorCode == BlobErrorCode.LeaseAlreadyPresent)
        {
            // Another instance has delivered the batch or is sending it.
            return false;
        }
    }

    /// <summary>
    /// Reads a batch. A blob that is not a batch of the environment is moved to the rejected batches, and the result is null.
    /// </summary>
    private async Task<InsightBatch?> ReadAsync(
        LeasedBlob leased, ReadOnlyMemory<byte> packed, string environment, CancellationToken cancellationToken)
    {
        string fault;
        try
        {
            return InsightBatch.Unpack(packed, environment, leased.Name[Prefix(environment).Length..].Split(Extension)[0]);
        }
        catch (InvalidDataException exception)
        {
            fault = exception.Message;
        }

        var rejection = new InsightRejection { Reason = $"cannot be read: {fault}", Time = timeProvider.GetUtcNow() };
        try
        {
            await WriteAsync(_rejectedContainer, leased.Name, packed, Metadata(rejection), cancellationToken);
            await leased.DeleteAsync(cancellationToken);
        }
        catch (IOException exception)
        {
            throw new InsightBatchException(
                $"the blob {leased.Name} cannot be read ({fault}) nor moved to the rejected batches: {exception.Message}",
                exception);
        }

        LogUnreadable(leased.Name, fault);
        return null;
    }

    private Task<T> CallAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken) =>
        storage.CallAsync(_container, call, cancellationToken);

    private Task<Response<BlobContentInfo>> WriteAsync(
        string to,
        string name,
        ReadOnlyMemory<byte> content,
        Dictionary<string, string>? metadata,
        CancellationToken cancellationToken)
    {
        var options = new BlobUploadOptions
        {
            Metadata = metadata,
            HttpHeaders = new BlobHttpHeaders { ContentType = "application/gzip" },
        };
        return storage.CallAsync(
            to, token => storage.WriteAsync(to, client => UploadAsync(client, token), token), cancellationToken);

        Task<Response<BlobContentInfo>> UploadAsync(BlobContainerClient client, CancellationToken token) =>
            client.GetBlobClient(name).UploadAsync(new BinaryData(content), options, token);
    }

    [LoggerMessage(EventId = 100, Level = LogLevel.Warning,
        Message = "The blob {Name} in the insights outbox cannot be read: {Fault}. It was moved to the rejected batches")]
    private partial void LogUnreadable(string name, string fault);

    /// <summary>A blob whose lease this instance holds.</summary>
    private sealed class LeasedBlob(BlobOutbox outbox, BlobClient blob, BlobLeaseClient lease)
    {
        private bool _isDeleted;

        public string Name => blob.Name;

        private BlobRequestConditions Conditions => new() { LeaseId = lease.LeaseId };

        public Task<ReadOnlyMemory<byte>> DownloadAsync(CancellationToken cancellationToken) => outbox.CallAsync(
            async token => (await blob.DownloadContentAsync(Conditions, token)).Value.Content.ToMemory(), cancellationToken);

        public async Task DeleteAsync(CancellationToken cancellationToken)
        {
            // If the blob is gone, this fails: the lease has expired, and another instance has delivered the batch too.
            await outbox.CallAsync(
                token => blob.DeleteAsync(conditions: Conditions, cancellationToken: token), cancellationToken);
            _isDeleted = true;
        }

        public async ValueTask ReleaseAsync()
        {
            if (_isDeleted)
                return;

            try
            {
                await outbox.CallAsync(token => lease.ReleaseAsync(cancellationToken: token), CancellationToken.None);
            }
            catch (IOException)
            {
                // The lease expires.
            }
        }
    }

    private sealed class Claim(LeasedBlob leased, InsightBatch batch, bool mayBeDelivered) : IInsightClaim
    {
        public InsightBatch Batch => batch;

        public bool MayBeDelivered => mayBeDelivered;

        public Task CompleteAsync(CancellationToken cancellationToken = default) => leased.DeleteAsync(cancellationToken);

        public ValueTask DisposeAsync() => leased.ReleaseAsync();
    }
}
