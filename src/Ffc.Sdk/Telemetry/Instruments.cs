using System.Diagnostics.Metrics;
using Ffc.Sdk.Insights;

namespace Ffc.Sdk.Telemetry;

/// <summary>
/// The metrics of the stream, the snapshots and the insights. Tags are added where values are recorded, such as in <see
/// cref="InsightCounters"/>.
/// </summary>
internal static class Instruments
{
    private static readonly Meter Meter = EvaluationInstruments.Meter;

    public static readonly Counter<long> RejectedItems =
        Meter.CreateCounter<long>("ffc.sync.rejected_items", "{item}", "Flags and segments ignored because they are invalid.");

    public static readonly Counter<long> RejectedFrames =
        Meter.CreateCounter<long>("ffc.sync.rejected_frames", "{frame}", "Frames rejected because they are invalid.");

    public static readonly Counter<long> Refusals =
        Meter.CreateCounter<long>("ffc.sync.refusals", "{connection}", "Connections that the server refused.");

    public static readonly Counter<long> RefusedSnapshots =
        Meter.CreateCounter<long>("ffc.snapshot.refused", "{snapshot}", "Snapshots that were read and not used.");

    public static readonly Counter<long> WrittenSnapshots =
        Meter.CreateCounter<long>("ffc.snapshot.written", "{snapshot}", "Snapshots that were written.");

    public static readonly Counter<long> DeliveredInsights =
        Meter.CreateCounter<long>("ffc.insights.delivered", "{event}", "Insights that the server accepted.");

    public static readonly Counter<long> OutboxedInsights =
        Meter.CreateCounter<long>("ffc.insights.to_outbox", "{event}", "Insights that were stored in the outbox.");

    public static readonly Counter<long> RejectedInsights =
        Meter.CreateCounter<long>("ffc.insights.rejected", "{event}", "Insights that the server rejected permanently.");

    public static readonly Counter<long> LostInsights =
        Meter.CreateCounter<long>("ffc.insights.lost", "{event}", "Lost insights.");

    public static readonly Counter<long> PossiblyDuplicatedInsights = Meter.CreateCounter<long>(
        "ffc.insights.possible_duplicates", "{event}", "Insights that may have been delivered twice.");

    public static readonly Histogram<double> DeliveryDuration =
        Meter.CreateHistogram<double>("ffc.insights.delivery.duration", "s", "Duration of a delivery, including retries.");

    private static readonly List<InsightQueue> Queues = [];
    private static long _queuedByRemoved;

    static Instruments()
    {
        // Read from the queues, so that the metrics add no cost to recording an event.
        Meter.CreateObservableGauge(
            "ffc.insights.queue.length", () => Sum(static queue => queue.Count), "{event}", "Insights waiting in memory.");
        Meter.CreateObservableCounter(
            "ffc.insights.queued",
            () => _queuedByRemoved + Sum(static queue => queue.Added),
            "{event}",
            "Insights added to the queue.");
    }

    /// <summary>Adds a queue to the metrics.</summary>
    public static void Register(InsightQueue queue)
    {
        lock (Queues)
            Queues.Add(queue);
    }

    /// <summary>Removes a queue from the metrics.</summary>
    public static void Unregister(InsightQueue queue)
    {
        lock (Queues)
        {
            if (Queues.Remove(queue))
                _queuedByRemoved += queue.Added;
        }
    }

    private static long Sum(Func<InsightQueue, long> selector)
    {
        lock (Queues)
            return Queues.Sum(selector);
    }
}
