using Ffc.Sdk.Insights;

namespace Ffc.Sdk.Tests;

internal sealed record FlagResult(string FlagKey, string? VariationId, string Value, string Reason);

internal sealed record RecordedEvent(FlagResult Result, bool SendToExperiment);

/// <summary>Accepts events, but sends none.</summary>
internal abstract class UnsentInsights : IInsightProcessor
{
    public bool HasRoom => true;

    public InsightStatus Status => throw new NotSupportedException();

    public abstract void Record(InsightEvent item);

    public void Lose(int events) => throw new NotSupportedException();

    public ValueTask<bool> TryRecordAsync(InsightEvent item, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<FlushResult> FlushAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<OutboxDrainResult> DrainOutboxAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<OutboxStatus> GetOutboxStatusAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>Collects the events of evaluations in the order in which they would be sent.</summary>
internal sealed class RecordedInsights : UnsentInsights
{
    private readonly List<RecordedEvent> _events = [];

    public override void Record(InsightEvent item)
    {
        for (var current = item as FlagEvent; current is not null; current = current.Next)
        {
            var result = new FlagResult(current.FlagKey, current.Variation.Id, current.Variation.Text, current.Reason);
            _events.Add(new(result, current.SendToExperiment));
        }
    }

    /// <summary>The events since the last call.</summary>
    public IReadOnlyList<RecordedEvent> TakeAll()
    {
        RecordedEvent[] taken = [.. _events];
        _events.Clear();
        return taken;
    }
}
