using System.Diagnostics.Metrics;

namespace Ffc.Sdk;

/// <summary>What the client measures about itself.</summary>
internal static class Telemetry
{
    public const string Name = "Ffc.Sdk";

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
}
