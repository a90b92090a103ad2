using Ffc.Sdk.Insights;

namespace Ffc.Sdk.Tests;

internal sealed record Answer(string FlagKey, string? VariationId, string Value, string Reason);

internal sealed record RecordedEvent(Answer Answer, bool SendToExperiment);

/// <summary>Accepts events, but sends none.</summary>
internal abstract class UnsentInsights : IInsightProcessor
{
    public bool IsEnabled => true;

    public InsightStatus Status => throw new NotSupportedException();

    public abstract void Record(InsightEvent item);

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
        var start = _events.Count;
        for (var e = item as FlagEvent; e is not null; e = e.Previous)
        {
            var answer = new Answer(e.FlagKey, e.Variation.Id, e.Variation.Text, e.Reason);
            _events.Insert(start, new(answer, e.SendToExperiment));
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
