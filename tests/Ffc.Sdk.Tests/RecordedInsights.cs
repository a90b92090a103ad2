using Ffc.Sdk.Insights;

namespace Ffc.Sdk.Tests;

internal sealed record Answer(string FlagKey, string? VariationId, string Value, string Reason);

internal sealed record RecordedEvent(Answer Answer, bool SendToExperiment);

/// <summary>Wants events and sends none.</summary>
internal abstract class UnsentInsights : IInsightProcessor
{
    public bool IsEnabled => true;

    public InsightStatus Status => throw new NotSupportedException();

    public abstract void Record(InsightEvent item);

    public ValueTask<bool> AcceptAsync(InsightEvent item, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<FlushResult> FlushAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<OutboxDrainResult> DrainOutboxAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<OutboxStatus> GetOutboxStatusAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>Keeps the events of evaluations, in the order they go on the wire.</summary>
internal sealed class RecordedInsights : UnsentInsights
{
    private readonly List<RecordedEvent> _events = [];

    public override void Record(InsightEvent item)
    {
        var at = _events.Count;
        for (var e = item as FlagEvent; e is not null; e = e.Previous)
            _events.Insert(at, new(new Answer(e.FlagKey, e.Variation.Id, e.Variation.Text, e.Reason), e.SendToExperiment));
    }

    /// <summary>The events since the last call.</summary>
    public IReadOnlyList<RecordedEvent> TakeAll()
    {
        RecordedEvent[] taken = [.. _events];
        _events.Clear();
        return taken;
    }
}
