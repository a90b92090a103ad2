using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Ffc.Sdk.Telemetry;

/// <summary>
/// The traces of the client and the metrics of evaluations, apart from the other metrics: the first evaluation in a process
/// waits until its instruments are created, and each kind of instrument takes half a millisecond.
/// </summary>
internal static class EvaluationInstruments
{
    public const string Name = "Ffc.Sdk";

    public static readonly ActivitySource Activities = new(Name);

    public static readonly Meter Meter = new(Name);

    public static readonly Counter<long> Evaluations =
        Meter.CreateCounter<long>("ffc.evaluations", "{evaluation}", "Flags evaluated, by reason.");
}
