namespace Ffc.Sdk.AzureStorage;

/// <summary>
/// A snapshot whose download starts before the host is built. Loading the Azure SDK and waiting for storage then overlap with
/// the rest of the start. Thread-safe.
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

        // Synchronous, because the asynchronous methods of the Azure SDK are not compiled ahead of time. Compiling them at the
        // start takes longer than the download.
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

    /// <summary>Returns the download to the first caller that requests this snapshot, and null to all others.</summary>
    public Task<SnapshotEntry?>? Take(string container, string name) =>
        container == _container && name == _name ? Interlocked.Exchange(ref _download, null) : null;
}
