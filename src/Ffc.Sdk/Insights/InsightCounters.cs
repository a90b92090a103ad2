using Ffc.Sdk.Telemetry;

namespace Ffc.Sdk.Insights;

/// <summary>Counts what becomes of events, for the status and for whoever listens to the meter.</summary>
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

    public void Delivered(int events)
    {
        Interlocked.Add(ref _delivered, events);
        Instruments.DeliveredInsights.Add(events);
    }

    public void ToOutbox(int events)
    {
        Interlocked.Add(ref _toOutbox, events);
        Instruments.OutboxedInsights.Add(events);
    }

    public void Rejected(int events)
    {
        Interlocked.Add(ref _rejected, events);
        Instruments.RejectedInsights.Add(events);
    }

    public void Lost(int events)
    {
        Interlocked.Add(ref _lost, events);
        Instruments.LostInsights.Add(events);
    }

    public void PossiblyDuplicated(int events)
    {
        Interlocked.Add(ref _possibleDuplicates, events);
        Instruments.PossiblyDuplicatedInsights.Add(events);
    }
}
