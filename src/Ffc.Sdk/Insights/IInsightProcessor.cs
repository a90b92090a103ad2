namespace Ffc.Sdk.Insights;

/// <summary>Takes events and sees to it that they reach the server.</summary>
internal interface IInsightProcessor : IAsyncDisposable
{
    /// <summary>Whether anybody wants events. Where nobody does, none are made.</summary>
    bool IsEnabled { get; }

    /// <summary>How it is doing.</summary>
    InsightStatus Status { get; }

    /// <summary>
    /// Takes an event; of an evaluation the flag's own, and behind it those of its prerequisites. Never waits, never throws.
    /// </summary>
    void Record(InsightEvent item);

    /// <summary>Takes an event; where memory is full, puts it in the outbox. False when that does not take it either.</summary>
    ValueTask<bool> AcceptAsync(InsightEvent item, CancellationToken cancellationToken);

    /// <summary>Sends what is waiting; ends when all of it is where it can be.</summary>
    Task<FlushResult> FlushAsync(CancellationToken cancellationToken);

    /// <summary>Sends what is in the outbox, whichever instance put it there.</summary>
    Task<OutboxDrainResult> DrainOutboxAsync(CancellationToken cancellationToken);

    /// <summary>Looks at the outbox.</summary>
    Task<OutboxStatus> GetOutboxStatusAsync(CancellationToken cancellationToken);
}

/// <summary>Wants no events.</summary>
internal sealed class NullInsightProcessor : IInsightProcessor
{
    public bool IsEnabled => false;

    public InsightStatus Status { get; } = new(InsightState.Off, null, 0, 0, 0, 0, 0, 0, 0);

    public void Record(InsightEvent item)
    {
    }

    public ValueTask<bool> AcceptAsync(InsightEvent item, CancellationToken cancellationToken) => ValueTask.FromResult(true);

    public Task<FlushResult> FlushAsync(CancellationToken cancellationToken) => Task.FromResult(new FlushResult());

    public Task<OutboxDrainResult> DrainOutboxAsync(CancellationToken cancellationToken) =>
        Task.FromResult(new OutboxDrainResult(OutboxDrainEnd.Off));

    public Task<OutboxStatus> GetOutboxStatusAsync(CancellationToken cancellationToken) =>
        Task.FromResult(new OutboxStatus(null, "nothing is sent"));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
