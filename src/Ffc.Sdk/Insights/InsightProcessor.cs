using Ffc.Sdk.Protocol;
using Ffc.Sdk.Telemetry;

namespace Ffc.Sdk.Insights;

/// <summary>Delivers events to the server. Creates and connects the parts of the delivery.</summary>
internal sealed class InsightProcessor : IInsightProcessor
{
    private readonly InsightLifetime _lifetime;
    private readonly InsightMemory _memory;
    private readonly InsightQueue _queue;
    private readonly InsightCounters _counters = new();
    private readonly DuplicateTracker _duplicates;
    private readonly InsightBatchFactory _batches;
    private readonly InsightSender _sender;
    private readonly OutboxClient _outbox;
    private readonly HeldBatches _held;
    private readonly InsightLosses _losses;
    private readonly OutboxDrain _drain;
    private readonly DeliveryTasks _tasks;
    private readonly InsightDispatcher _dispatcher;
    private readonly Lazy<Task> _closing;

    public InsightProcessor(FfcOptions options, IServerProtocol protocol)
    {
        var environment = protocol.EnvironmentName;
        _duplicates = new DuplicateTracker(_counters);
        _lifetime = new InsightLifetime(options.TimeProvider);
        _memory = new InsightMemory(options.Insights.CapacityBytes);
        _queue = new InsightQueue(options.Insights.Capacity, options.Insights.BatchSize, _memory);
        _held = new HeldBatches(options.Insights.Capacity, _memory);
        _losses = new InsightLosses(options, _counters);
        _batches = new InsightBatchFactory(protocol, options);
        _outbox = new OutboxClient(options, environment, _counters, _duplicates, _lifetime);
        _sender = new InsightSender(options, protocol, _queue, _counters, _outbox, _lifetime.Stopping);
        _drain = new OutboxDrain(options, _outbox, _sender, _duplicates, _memory, _lifetime);
        var delivery = new BatchDelivery(_sender, _outbox, _held, _losses, _duplicates, _lifetime);
        _tasks = new DeliveryTasks(options, _queue, _held, _batches, _sender, _outbox, delivery, _memory);
        var shutdown = new InsightShutdown(options, _tasks, _sender, _outbox, _drain, _counters, _losses, _lifetime);
        _dispatcher = new InsightDispatcher(options, _queue, _tasks, _drain, shutdown, _lifetime);
        _closing = new Lazy<Task>(CloseAsync);
        Instruments.Register(_queue);
    }

    // After the client has closed, events are counted as lost.
    public bool HasRoom => _queue.HasRoom;

    public InsightStatus Status
    {
        get
        {
            var (server, isOpen) = (_sender.State, !_lifetime.IsStopping);

            // In the order in which an event passes them backwards, so that no event is counted twice meanwhile.
            var (delivered, toOutbox) = (_counters.DeliveredTotal, _counters.ToOutboxTotal);
            var (rejected, lost) = (_counters.RejectedTotal, _counters.LostTotal);
            var held = _held.Events;
            var (inQueue, added) = _queue.Counts;
            var queued = added + _counters.RefusedTotal + _counters.StoredDirectlyTotal;
            var fromOutbox = _counters.FromOutboxTotal;
            var waiting = inQueue + held;
            return new InsightStatus
            {
                State = isOpen ? server.State : InsightState.Off,
                Problem = isOpen ? server.Problem : null,
                OutboxProblem = isOpen ? _outbox.Problem : null,
                Waiting = waiting,
                Sending = (int)(queued + fromOutbox - waiting - delivered - toOutbox - rejected - lost),
                Queued = queued,
                FromOutbox = fromOutbox,
                Delivered = delivered,
                ToOutbox = toOutbox,
                Rejected = rejected,
                Lost = lost,
                PossibleDuplicates = _counters.PossibleDuplicatesTotal,
            };
        }
    }

    public void Record(InsightEvent item)
    {
        if (!_queue.TryAdd(item))
            _losses.Refuse(item.Count);
    }

    public void Lose(int events) => _losses.Refuse(events);

    public async ValueTask<bool> TryRecordAsync(InsightEvent item, CancellationToken cancellationToken)
    {
        if (!_queue.IsFull && _queue.TryAdd(item))
            return true;
        if (_batches.Create([item]) is not [var batch])
            return false;

        using var counted = _memory.Count(batch);
        if (await _outbox.TryPutAsync(batch, cancellationToken, isQueued: false).ConfigureAwait(false))
            return true;

        _duplicates.Refused(batch);
        return false;
    }

    public Task<FlushResult> FlushAsync(CancellationToken cancellationToken) => _tasks.FlushAsync().WaitAsync(cancellationToken);

    public Task<OutboxDrainResult> DrainOutboxAsync(CancellationToken cancellationToken) =>
        _drain.RunAsync().WaitAsync(cancellationToken);

    public Task<OutboxStatus> GetOutboxStatusAsync(CancellationToken cancellationToken) =>
        _outbox.GetStatusAsync(cancellationToken);

    public ValueTask DisposeAsync() => new(_closing.Value);

    private async Task CloseAsync()
    {
        // No events are added while the last events are delivered.
        _queue.Close();
        await _lifetime.BeginShutdownAsync().ConfigureAwait(false);
        await _dispatcher.DisposeAsync().ConfigureAwait(false);
        Instruments.Unregister(_queue);
        _sender.Dispose();
        _lifetime.Dispose();
    }
}
