namespace Ffc.Sdk.AzureStorage;

/// <summary>
/// A snapshot whose download starts before the host is built, so that loading the Azure SDK and the answer of the storage account
/// overlap with the rest of the start. Thread-safe.
/// </summary>
internal sealed class SnapshotPrefetch
{
    private readonly string _container;
    private readonly string _name;
    private Task<SnapshotEntry?>? _download;

    /// <summary>Starts the download.</summary>
    public SnapshotPrefetch(StorageConnection storage, string container, string name)
    {
        (_container, _name) = (container, name);

        // Synchronous, because ahead-of-time compilation does not cover the asynchronous methods of the Azure SDK and compiling
        // them at the start takes longer than the download.
        _download = storage.CallAsync(
            container,
            token => Task.FromResult(BlobSnapshotStore.Download(storage.Container(container), name, token)),
            CancellationToken.None);

        // If no store takes the result, an exception must not be reported as unobserved.
        _ = _download.ContinueWith(
            static failed => failed.Exception,
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    /// <summary>The download, for the first caller that asks for this snapshot; null for all others.</summary>
    public Task<SnapshotEntry?>? Take(string container, string name) =>
        container == _container && name == _name ? Interlocked.Exchange(ref _download, null) : null;
}
