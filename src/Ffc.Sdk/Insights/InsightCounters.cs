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
    private long _possibleDuplicates;

    public long DeliveredTotal => Interlocked.Read(ref _delivered);

    public long ToOutboxTotal => Interlocked.Read(ref _toOutbox);

    public long RejectedTotal => Interlocked.Read(ref _rejected);

    public long LostTotal => Interlocked.Read(ref _lost);

    public long PossibleDuplicatesTotal => Interlocked.Read(ref _possibleDuplicates);

    public void Delivered(int events) => Count(ref _delivered, Instruments.DeliveredInsights, events);

    public void ToOutbox(int events) => Count(ref _toOutbox, Instruments.OutboxedInsights, events);

    public void Rejected(int events) => Count(ref _rejected, Instruments.RejectedInsights, events);

    public void Lost(int events) => Count(ref _lost, Instruments.LostInsights, events);

    public void PossiblyDuplicated(int events) => Count(ref _possibleDuplicates, Instruments.PossiblyDuplicatedInsights, events);

    private static void Count(ref long total, Counter<long> counter, int events)
    {
        Interlocked.Add(ref total, events);
        counter.Add(events);
    }
}
