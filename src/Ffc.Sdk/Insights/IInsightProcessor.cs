namespace Ffc.Sdk.Insights;

/// <summary>Accepts events and delivers them to the server in the background.</summary>
internal interface IInsightProcessor : IInsightDelivery, IAsyncDisposable
{
    /// <summary>
    /// Whether there is room for an event. If not, callers create no events, which would cost more than losing them, and call
    /// <see cref="Lose"/>.
    /// </summary>
    bool HasRoom { get; }

    /// <summary>Adds an event to the queue. Never blocks, never throws.</summary>
    void Record(InsightEvent item);

    /// <summary>Counts events that were not created because there was no room.</summary>
    void Lose(int events);

    /// <summary>Adds an event to the queue or, if the queue is full, to the outbox. False if neither accepts it.</summary>
    ValueTask<bool> TryRecordAsync(InsightEvent item, CancellationToken cancellationToken);

    /// <summary>Sends the queued events. Completes when each is delivered, stored or held.</summary>
    Task<FlushResult> FlushAsync(CancellationToken cancellationToken);
}

/// <summary>Accepts no events.</summary>
internal sealed class NullInsightProcessor : IInsightProcessor
{
    public bool HasRoom => false;

    public InsightStatus Status { get; } = new() { State = InsightState.Off };

    public void Record(InsightEvent item)
    {
    }

    public void Lose(int events)
    {
    }

    public ValueTask<bool> TryRecordAsync(InsightEvent item, CancellationToken cancellationToken) => ValueTask.FromResult(true);

    public Task<FlushResult> FlushAsync(CancellationToken cancellationToken) => Task.FromResult(new FlushResult());

    public Task<OutboxDrainResult> DrainOutboxAsync(CancellationToken cancellationToken) =>
        Task.FromResult(new OutboxDrainResult { Outcome = OutboxDrainOutcome.Off });

    public Task<OutboxStatus> GetOutboxStatusAsync(CancellationToken cancellationToken) =>
        Task.FromResult(new OutboxStatus { Problem = "insights are switched off" });

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
