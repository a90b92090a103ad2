using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace Ffc.Sdk.AzureStorage;

/// <summary>Keeps snapshots as blobs, which all instances share. Thread-safe.</summary>
/// <param name="storage">The storage account.</param>
/// <param name="container">The name of the container.</param>
/// <param name="prefetch">A snapshot that is already being downloaded; null if there is none.</param>
internal sealed class BlobSnapshotStore(
    StorageConnection storage, string container, SnapshotPrefetch? prefetch = null) : ISnapshotStore
{
    /// <summary>Downloads a snapshot synchronously; null if it does not exist.</summary>
    public static SnapshotEntry? Download(BlobContainerClient container, string name, CancellationToken cancellationToken)
    {
        try
        {
            return Entry(container.GetBlobClient(name).DownloadContent(cancellationToken));
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public Task<SnapshotEntry?> ReadAsync(string name, CancellationToken cancellationToken = default) =>
        prefetch?.Take(container, name) is { } download
            ? download.WaitAsync(cancellationToken)
            : CallOrNullAsync(async token => Entry(await Blob(name).DownloadContentAsync(token)), cancellationToken);

    /// <inheritdoc/>
    public Task<SnapshotEntry?> ReadMetadataAsync(string name, CancellationToken cancellationToken = default) => CallOrNullAsync(
        async token =>
        {
            var blob = await Blob(name).GetPropertiesAsync(cancellationToken: token);
            return new SnapshotEntry { Metadata = Metadata(blob.Value.Metadata), ETag = blob.Value.ETag.ToString() };
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<bool> TryWriteAsync(
        string name, Snapshot snapshot, string? expectedETag, CancellationToken cancellationToken = default)
    {
        var options = new BlobUploadOptions
        {
            Metadata = new Dictionary<string, string>(snapshot.Metadata),
            HttpHeaders = new BlobHttpHeaders { ContentType = "application/gzip" },
            Conditions = expectedETag is null
                ? new BlobRequestConditions { IfNoneMatch = ETag.All }
                : new BlobRequestConditions { IfMatch = new ETag(expectedETag) },
        };
        return storage.CallAsync(container, TryUploadAsync, cancellationToken);

        async Task<bool> TryUploadAsync(CancellationToken token)
        {
            try
            {
                await storage.WriteAsync(
                    container,
                    client => client.GetBlobClient(name).UploadAsync(new BinaryData(snapshot.Content), options, token),
                    token);
                return true;
            }
            catch (RequestFailedException exception) when (IsPreconditionFailure(exception))
            {
                return false;
            }
        }
    }

    private static bool IsPreconditionFailure(RequestFailedException exception) =>
        exception.ErrorCode == BlobErrorCode.BlobAlreadyExists
        || exception.ErrorCode == BlobErrorCode.ConditionNotMet
        || exception.ErrorCode == BlobErrorCode.BlobNotFound;

    private static Dictionary<string, string> Metadata(IDictionary<string, string> metadata) =>
        new(metadata, StringComparer.OrdinalIgnoreCase);

    private static SnapshotEntry Entry(BlobDownloadResult blob) => new()
    {
        Metadata = Metadata(blob.Details.Metadata),
        ETag = blob.Details.ETag.ToString(),
        Content = blob.Content.ToMemory(),
    };

    private BlobClient Blob(string name) => storage.Container(container).GetBlobClient(name);

    /// <summary>Runs a call; null if the blob or its container does not exist.</summary>
    private Task<T?> CallOrNullAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
        where T : class
    {
        return storage.CallAsync(container, OrNullAsync, cancellationToken);

        async Task<T?> OrNullAsync(CancellationToken token)
        {
            try
            {
                return await call(token);
            }
            catch (RequestFailedException exception) when (exception.Status == 404)
            {
                return null;
            }
        }
    }
}
