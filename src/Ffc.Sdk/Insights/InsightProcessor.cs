using Ffc.Sdk.Internal;
using Ffc.Sdk.Protocol.Ffc;
using Ffc.Sdk.Telemetry;
using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Insights;

/// <summary>Puts the parts together that bring events from an evaluation to the server.</summary>
internal sealed class InsightProcessor : IInsightProcessor
{
    private readonly FfcOptions _options;
    private readonly string _environment;
    private readonly InsightQueue _queue;
    private readonly InsightCounters _counters = new();
    private readonly InsightBatcher _batcher;
    private readonly InsightSender _sender;
    private readonly OutboxGate _outbox;
    private readonly OutboxDrain _drain;
    private readonly InsightDispatcher _dispatcher;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lazy<Task> _closing;

    public InsightProcessor(FfcOptions options)
    {
        _options = options;
        _environment = EnvironmentSecret.Parse(options.EnvSecret).StorageName;
        _queue = new InsightQueue(options.Insights.Capacity);
        _batcher = new InsightBatcher(_environment, options.TimeProvider);
        _sender = new InsightSender(options, _counters, _stopping.Token);
        _outbox = new OutboxGate(options, Outbox(options), _counters);
        var requests = new Slots(InsightDispatcher.RequestsAtOnce, _queue);
        _drain = new OutboxDrain(options, _environment, _outbox, _sender, requests);
        _dispatcher = new InsightDispatcher(options, _queue, _batcher, _sender, _outbox, _drain, requests, _counters, _stopping.Token);
        _closing = new Lazy<Task>(CloseAsync);
        Instruments.Watch(_queue);
    }

    public bool IsEnabled => !_stopping.IsCancellationRequested;

    public InsightStatus Status
    {
        get
        {
            var server = IsEnabled ? _sender.State : new ServerState(InsightState.Off, null);
            return new InsightStatus(
                server.State, server.Problem, _queue.Length + _outbox.HeldEvents, _queue.Added, _counters.DeliveredTotal,
                _counters.ToOutboxTotal, _counters.RejectedTotal, _counters.LostTotal, _counters.PossibleDuplicatesTotal);
        }
    }

    public void Record(InsightEvent item)
    {
        if (!_queue.TryAdd(item))
            _outbox.Lose(1);
    }

    public async ValueTask<bool> AcceptAsync(InsightEvent item, CancellationToken cancellationToken) =>
        (!_queue.IsFull && _queue.TryAdd(item))
        || await _outbox.TryPutAsync(_batcher.Batch([item]), cancellationToken).ConfigureAwait(false);

    public Task<FlushResult> FlushAsync(CancellationToken cancellationToken) => _dispatcher.FlushAsync().WaitAsync(cancellationToken);

    public Task<OutboxDrainResult> DrainOutboxAsync(CancellationToken cancellationToken) =>
        _drain.RunAsync(_stopping.Token).WaitAsync(cancellationToken);

    public async Task<OutboxStatus> GetOutboxStatusAsync(CancellationToken cancellationToken)
    {
        if (_outbox.Outbox is not { } outbox)
            return new OutboxStatus(null, _outbox.Problem);

        using var patience = new CancellationTokenSource(OutboxGate.CallTimeout, _options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            var batches = await outbox.CountAsync(_environment, either.Token).WaitAndObserveAsync(either.Token).ConfigureAwait(false);
            _outbox.Succeeded();
            return new OutboxStatus(batches, null);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            _outbox.Failed(e);
            return new OutboxStatus(null, _outbox.Problem);
        }
    }

    public ValueTask DisposeAsync() => new(_closing.Value);

    private static IInsightOutbox? Outbox(FfcOptions options) =>
        options.InsightOutbox
        ?? (options.Outbox.Path is { } folder ? new FileOutbox(folder, options.TimeProvider, options.LoggerFactory.CreateLogger<FileOutbox>()) : null);

    private async Task CloseAsync()
    {
        // No more is taken in before the last of it is sent.
        _queue.Close();
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _dispatcher.DisposeAsync().ConfigureAwait(false);
        Instruments.Unwatch(_queue);
        await _sender.DisposeAsync().ConfigureAwait(false);
    }
}
