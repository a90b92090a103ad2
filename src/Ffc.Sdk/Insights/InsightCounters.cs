using System.Diagnostics.Metrics;
using Ffc.Sdk.Telemetry;

namespace Ffc.Sdk.Insights;

/// <summary>Counts events by outcome, for the status and the meter.</summary>
internal sealed class InsightCounters
{
    private long _delivered;
    private long _toOutbox;
    private long _rejected;
    private long _lost;
    private long _refused;
    private long _stored;
    private long _fromOutbox;
    private long _possibleDuplicates;

    public long DeliveredTotal => Interlocked.Read(ref _delivered);

    public long ToOutboxTotal => Interlocked.Read(ref _toOutbox);

    public long RejectedTotal => Interlocked.Read(ref _rejected);

    public long LostTotal => Interlocked.Read(ref _lost) + RefusedTotal;

    /// <summary>The number of events lost because there was no room for them in the queue.</summary>
    public long RefusedTotal => Interlocked.Read(ref _refused);

    /// <summary>The number of events stored in the outbox without having been in the queue.</summary>
    public long StoredDirectlyTotal => Interlocked.Read(ref _stored);

    public long FromOutboxTotal => Interlocked.Read(ref _fromOutbox);

    public long PossibleDuplicatesTotal => Interlocked.Read(ref _possibleDuplicates);

    /// <summary>Counts events that the server accepted.</summary>
    public void Delivered(int events, bool fromOutbox)
    {
        CountFromOutbox(events, fromOutbox);
        Count(ref _delivered, Instruments.DeliveredInsights, events);
    }

    public void ToOutbox(int events) => Count(ref _toOutbox, Instruments.OutboxedInsights, events);

    /// <summary>Counts events that go to the outbox because the queue is full.</summary>
    public void StoredDirectly(int events) => Interlocked.Add(ref _stored, events);

    /// <summary>Counts events that the server rejected.</summary>
    public void Rejected(int events, bool fromOutbox)
    {
        CountFromOutbox(events, fromOutbox);
        Count(ref _rejected, Instruments.RejectedInsights, events);
    }

    /// <summary>Counts events that are lost after they were in the queue.</summary>
    public void Lost(int events) => Count(ref _lost, Instruments.LostInsights, events);

    /// <summary>Counts events that are lost because there is no room for them in the queue.</summary>
    public void Refused(int events) => Count(ref _refused, Instruments.LostInsights, events);

    public void PossiblyDuplicated(int events) => Count(ref _possibleDuplicates, Instruments.PossiblyDuplicatedInsights, events);

    // First, so that the status never contains more events with an outcome than events.
    private void CountFromOutbox(int events, bool fromOutbox)
    {
        if (fromOutbox)
            Interlocked.Add(ref _fromOutbox, events);
    }

    private static void Count(ref long total, Counter<long> counter, int events)
    {
        Interlocked.Add(ref total, events);
        counter.Add(events);
    }
}
