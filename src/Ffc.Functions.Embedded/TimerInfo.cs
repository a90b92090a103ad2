namespace Ffc.Functions.Embedded;

/// <summary>What a run of a timer function is told about its schedule.</summary>
public class TimerInfo
{
    /// <summary>
    /// The runs around this one. Null where <see cref="TimerTriggerAttribute.UseMonitor"/> is false or the schedule is due more
    /// than once a minute.
    /// </summary>
    public ScheduleStatus? ScheduleStatus { get; set; }

    /// <summary>Whether this run starts late because the one before was still running when this one was due.</summary>
    public bool IsPastDue { get; set; }
}
