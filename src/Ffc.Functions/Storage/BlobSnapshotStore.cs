using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Ffc.Sdk;

namespace Ffc.Functions.Storage;

/// <summary>Keeps snapshots as blobs, which all instances share. Thread-safe.</summary>
internal sealed class BlobSnapshotStore(StorageConnection storage, string container) : ISnapshotStore
{
    private Prefetched? _prefetched;

    /// <summary>
    /// Begins to read a snapshot, for the first <see cref="ReadAsync"/> to take: the Azure SDK is loaded and storage answers
    /// while the host is still being built.
    /// </summary>
    public void Prefetch(string name)
    {
        // Not asynchronously: no async method on the way through the Azure SDK has been compiled ahead, and there are many.
        var reading = Task.Run(() => CallAsync(() => Task.FromResult(Stored(Blob(name).DownloadContent()))));

        // Should nobody come for it, nobody need know how it went.
        _ = reading.ContinueWith(
            read => read.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        _prefetched = new Prefetched(name, reading);
    }

    /// <inheritdoc/>
    public Task<SnapshotEntry?> ReadAsync(string name, CancellationToken cancellationToken = default) =>
        Interlocked.Exchange(ref _prefetched, null) is { } prefetched && prefetched.Name == name
            ? prefetched.Reading.WaitAsync(cancellationToken)
            : DownloadAsync(name, cancellationToken);

    /// <inheritdoc/>
    public Task<SnapshotEntry?> ReadMetadataAsync(string name, CancellationToken cancellationToken = default) => CallAsync(async () =>
    {
        var blob = await Blob(name).GetPropertiesAsync(cancellationToken: cancellationToken);
        return new SnapshotEntry { Metadata = Metadata(blob.Value.Metadata), ETag = blob.Value.ETag.ToString() };
    });

    /// <inheritdoc/>
    public async Task<bool> TryWriteAsync(
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
        try
        {
            await storage.WriteAsync(
                container,
                (client, token) => client.GetBlobClient(name).UploadAsync(new BinaryData(snapshot.Content), options, token),
                cancellationToken);
            return true;
        }
        catch (RequestFailedException e) when (e.ErrorCode is "BlobAlreadyExists" or "ConditionNotMet" or "BlobNotFound")
        {
            return false;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new IOException(storage.Describe(e, container), e);
        }
    }

    private static Dictionary<string, string> Metadata(IDictionary<string, string> metadata) => new(metadata, StringComparer.OrdinalIgnoreCase);

    private static SnapshotEntry Stored(BlobDownloadResult blob) => new()
    {
        Metadata = Metadata(blob.Details.Metadata),
        ETag = blob.Details.ETag.ToString(),
        Content = blob.Content.ToMemory(),
    };

    private Task<SnapshotEntry?> DownloadAsync(string name, CancellationToken cancellationToken) =>
        CallAsync(async () => Stored(await Blob(name).DownloadContentAsync(cancellationToken)));

    private async Task<T?> CallAsync<T>(Func<Task<T>> call)
        where T : class
    {
        try
        {
            return await call();
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new IOException(storage.Describe(e, container), e);
        }
    }

    private BlobClient Blob(string name) => storage.Container(container).GetBlobClient(name);

    private sealed record Prefetched(string Name, Task<SnapshotEntry?> Reading);
}
