using System.Diagnostics;
using System.Diagnostics.Metrics;
using Ffc.Sdk.Insights;

namespace Ffc.Sdk.Telemetry;

/// <summary>What the client measures about itself, and the traces it leaves.</summary>
internal static class Instruments
{
    public const string Name = "Ffc.Sdk";

    public static readonly ActivitySource Activities = new(Name);

    private static readonly Meter Meter = new(Name);

    /// <summary>Flags and segments that were left out since they could not be understood.</summary>
    public static readonly Counter<long> RejectedItems =
        Meter.CreateCounter<long>("ffc.sync.rejected_items", "{item}", "Flags and segments left out because they cannot be understood.");

    /// <summary>Frames that were refused whole.</summary>
    public static readonly Counter<long> RejectedFrames =
        Meter.CreateCounter<long>("ffc.sync.rejected_frames", "{frame}", "Frames from the server refused whole.");

    /// <summary>Snapshots that were read and must not be used.</summary>
    public static readonly Counter<long> RefusedSnapshots =
        Meter.CreateCounter<long>("ffc.snapshot.refused", "{snapshot}", "Snapshots that were read and refused.");

    /// <summary>Snapshots that were written.</summary>
    public static readonly Counter<long> WrittenSnapshots =
        Meter.CreateCounter<long>("ffc.snapshot.written", "{snapshot}", "Snapshots that were written.");

    /// <summary>Evaluations by reason.</summary>
    public static readonly Counter<long> Evaluations =
        Meter.CreateCounter<long>("ffc.evaluations", "{evaluation}", "Flags evaluated, by reason.");

    /// <summary>Events that the server has taken.</summary>
    public static readonly Counter<long> DeliveredInsights =
        Meter.CreateCounter<long>("ffc.insights.delivered", "{event}", "Insights that the server has taken.");

    /// <summary>Events that went to the outbox.</summary>
    public static readonly Counter<long> OutboxedInsights =
        Meter.CreateCounter<long>("ffc.insights.to_outbox", "{event}", "Insights that went to the outbox.");

    /// <summary>Events that the server refused for good.</summary>
    public static readonly Counter<long> RejectedInsights =
        Meter.CreateCounter<long>("ffc.insights.rejected", "{event}", "Insights that the server refused for good.");

    /// <summary>Events that are lost.</summary>
    public static readonly Counter<long> LostInsights = Meter.CreateCounter<long>("ffc.insights.lost", "{event}", "Insights that are lost.");

    /// <summary>Events that the server may have twice.</summary>
    public static readonly Counter<long> PossiblyDuplicatedInsights = Meter.CreateCounter<long>(
        "ffc.insights.possible_duplicates", "{event}", "Insights in requests whose fate is unknown, and which are sent again.");

    /// <summary>How long a delivered batch took, from its first request to the answer that ended it.</summary>
    public static readonly Histogram<double> DeliveryDuration =
        Meter.CreateHistogram<double>("ffc.insights.delivery.duration", "s", "How long a delivered batch took, retries included.");

    private static readonly List<InsightQueue> Queues = [];
    private static long _queuedBefore;

    static Instruments()
    {
        // Read from what is counted anyway: taking in an event costs nothing more for being measured.
        Meter.CreateObservableGauge("ffc.insights.queue.length", () => Sum(static queue => queue.Length), "{event}", "Insights that wait in memory.");
        Meter.CreateObservableCounter(
            "ffc.insights.queued", () => _queuedBefore + Sum(static queue => queue.Added), "{event}", "Insights that were taken in.");
    }

    /// <summary>Measures a queue from now on.</summary>
    public static void Watch(InsightQueue queue)
    {
        lock (Queues)
            Queues.Add(queue);
    }

    /// <summary>Measures a queue no more.</summary>
    public static void Unwatch(InsightQueue queue)
    {
        lock (Queues)
        {
            if (Queues.Remove(queue))
                _queuedBefore += queue.Added;
        }
    }

    private static long Sum(Func<InsightQueue, long> of)
    {
        lock (Queues)
            return Queues.Sum(of);
    }
}
