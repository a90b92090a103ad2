namespace Ffc.Sdk.Insights;

/// <summary>Accepts events and delivers them to the server in the background.</summary>
internal interface IInsightProcessor : IInsightDelivery, IAsyncDisposable
{
    /// <summary>False if events are never accepted. Callers then do not create events.</summary>
    bool IsEnabled { get; }

    /// <summary>Adds an event to the queue. Never blocks, never throws.</summary>
    void Record(InsightEvent item);

    /// <summary>Adds an event to the queue or, if the queue is full, to the outbox. False if neither accepts it.</summary>
    ValueTask<bool> TryRecordAsync(InsightEvent item, CancellationToken cancellationToken);

    /// <summary>Sends the queued events. Completes when each is delivered, stored or held.</summary>
    Task<FlushResult> FlushAsync(CancellationToken cancellationToken);
}

/// <summary>Accepts no events.</summary>
internal sealed class NullInsightProcessor : IInsightProcessor
{
    public bool IsEnabled => false;

    public InsightStatus Status { get; } = new() { State = InsightState.Off };

    public void Record(InsightEvent item)
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
