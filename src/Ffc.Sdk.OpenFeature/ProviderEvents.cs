using System.Threading.Channels;
using OpenFeature.Constant;
using OpenFeature.Model;

namespace Ffc.Sdk.OpenFeature;

/// <summary>
/// Writes the events of a client to the channel of its provider. The channel holds one event, and its reader may be slow or
/// absent. Therefore the handlers only note what happened, and one loop writes. Events that wait are merged. Thread-safe.
/// </summary>
internal sealed class ProviderEvents(IFfcClient client, string providerName, ChannelWriter<object> writer) : IAsyncDisposable
{
    // OpenFeature sets the status of the provider shortly after InitializeAsync ended. An event before that would be overwritten.
    private static readonly TimeSpan HoldOff = TimeSpan.FromMilliseconds(100);

    private readonly TaskCompletionSource _initialized = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stopCts = new();

    // A full signal already causes another pass of the loop.
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    // Guarded by the lock. The status is null until the initialization of the provider has ended.
    private readonly HashSet<string> _changed = new(StringComparer.Ordinal);
    private ProviderEventTypes? _reported;
    private ProviderEventPayload? _status;
    private Task _loop = Task.CompletedTask;
    private bool _isStarted;

    /// <summary>Starts to observe the client. Events before <see cref="ReportInitialized"/> are not written.</summary>
    public void Start()
    {
        lock (_lock)
        {
            if (_isStarted || _stopCts.IsCancellationRequested)
                return;
            _isStarted = true;
            client.FlagsChanged += OnFlagsChanged;
            client.UpdateStatusProvider.StatusChanged += OnStatusChanged;
            using (ExecutionContext.SuppressFlow())
                _loop = Task.Run(RunAsync);
        }
    }

    /// <summary>Notes the status that OpenFeature gives the provider: <c>Ready</c> with data, otherwise <c>Error</c>.</summary>
    public void ReportInitialized(bool hasData)
    {
        lock (_lock)
            _reported = hasData ? ProviderEventTypes.ProviderReady : ProviderEventTypes.ProviderError;

        // The stream may already be interrupted, or data may have arrived in between.
        NoteStatus(client.UpdateStatusProvider.Status);
        _initialized.TrySetResult();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopCts.CancelAsync().ConfigureAwait(false);
        client.FlagsChanged -= OnFlagsChanged;
        client.UpdateStatusProvider.StatusChanged -= OnStatusChanged;
        Task loop;
        lock (_lock)
            loop = _loop;
        await loop.ConfigureAwait(false);
    }

    private void OnFlagsChanged(object? sender, FlagsChangedEventArgs e)
    {
        lock (_lock)
        {
            if (_reported is null)
                return;
            _changed.UnionWith(e.Keys);
        }

        NoteStatus(client.UpdateStatusProvider.Status);
    }

    private void OnStatusChanged(object? sender, UpdateStatusChangedEventArgs e) => NoteStatus(e.Status);

    private void NoteStatus(UpdateStatus status)
    {
        lock (_lock)
        {
            if (_reported is { } reported && EventOf(status) is { } current && current.Type != reported)
                (_reported, _status) = (current.Type, current);
        }

        _signal.Writer.TryWrite(true);
    }

    private ProviderEventPayload? EventOf(UpdateStatus status) => status switch
    {
        // Offline mode and a disposed client have no error. Their data can still be evaluated.
        { State: UpdateState.Off, LastError: { } error } => Payload(ProviderEventTypes.ProviderError, error.Message),
        _ when !client.Initialized => null,
        { State: UpdateState.Interrupted } => Payload(ProviderEventTypes.ProviderStale, status.LastError?.Message),
        _ => Payload(ProviderEventTypes.ProviderReady, message: null),
    };

    private ProviderEventPayload Payload(ProviderEventTypes type, string? message) => new()
    {
        Type = type,
        ProviderName = providerName,
        Message = message,
        ErrorType = type == ProviderEventTypes.ProviderError ? ErrorType.General : null,
    };

    private async Task RunAsync()
    {
        try
        {
            await _initialized.Task.WaitAsync(_stopCts.Token).ConfigureAwait(false);
            await Task.Delay(HoldOff, _stopCts.Token).ConfigureAwait(false);
            await foreach (var _ in _signal.Reader.ReadAllAsync(_stopCts.Token).ConfigureAwait(false))
            {
                foreach (var item in TakeEvents())
                    await writer.WriteAsync(item, _stopCts.Token).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ChannelClosedException)
        {
            // The provider was shut down, or OpenFeature replaced it and closed its channel.
        }
    }

    private List<ProviderEventPayload> TakeEvents()
    {
        List<ProviderEventPayload> events = [];
        lock (_lock)
        {
            if (_changed.Count > 0)
            {
                var change = Payload(ProviderEventTypes.ProviderConfigurationChanged, message: null);
                change.FlagsChanged = [.. _changed.Order(StringComparer.Ordinal)];
                events.Add(change);
                _changed.Clear();
            }

            if (_status is { } status)
                events.Add(status);
            _status = null;
        }

        return events;
    }
}
