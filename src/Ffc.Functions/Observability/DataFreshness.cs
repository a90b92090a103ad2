using Ffc.Sdk;

namespace Ffc.Functions.Observability;

/// <summary>Measures how long the stream of flag data has been away, and how old the data may be. Thread-safe.</summary>
public sealed class DataFreshness : IDisposable
{
    private readonly IFfcClient _client;
    private readonly TimeProvider _timeProvider;
    private long _awaySince;
    private volatile bool _isConnected;

    /// <summary>Starts to observe the client.</summary>
    /// <param name="client">The client.</param>
    /// <param name="timeProvider">The clock.</param>
    public DataFreshness(IFfcClient client, TimeProvider timeProvider)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(timeProvider);
        (_client, _timeProvider) = (client, timeProvider);
        _awaySince = timeProvider.GetTimestamp();
        client.UpdateStatusProvider.StatusChanged += OnStatusChanged;
        _isConnected = client.UpdateStatusProvider.Status.State == UpdateState.Ok;
    }

    /// <summary>Whether the stream is connected.</summary>
    internal bool IsConnected => _isConnected;

    /// <summary>
    /// The time since the stream was last connected, or since the start; zero while it is connected, and in offline mode.
    /// </summary>
    internal TimeSpan Away => _isConnected || IsOffline
        ? TimeSpan.Zero
        : _timeProvider.GetElapsedTime(Interlocked.Read(ref _awaySince));

    /// <summary>The age of the data: for a snapshot, the time since it was written. Null if there is no data.</summary>
    internal TimeSpan? Age
    {
        get
        {
            var data = _client.FlagData;
            if (data.Source == FlagDataSource.None)
                return null;
            if (_isConnected || data.SnapshotWritten is not { } written)
                return Away;

            // The clock of the writer may differ.
            var age = _timeProvider.GetUtcNow() - written;
            return age > TimeSpan.Zero ? age : TimeSpan.Zero;
        }
    }

    // An offline client has no stream and no error.
    private bool IsOffline => _client.UpdateStatusProvider.Status is { State: UpdateState.Off, LastError: null };

    /// <summary>Stops observing the client.</summary>
    public void Dispose() => _client.UpdateStatusProvider.StatusChanged -= OnStatusChanged;

    private void OnStatusChanged(object? sender, UpdateStatusChangedEventArgs args)
    {
        var isConnected = args.Status.State == UpdateState.Ok;
        if (_isConnected && !isConnected)
            Interlocked.Exchange(ref _awaySince, _timeProvider.GetTimestamp());
        _isConnected = isConnected;
    }
}
