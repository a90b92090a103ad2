namespace Ffc.Functions.Embedded;

/// <summary>Marks the <see cref="TimerInfo"/> parameter of a function that runs on a schedule.</summary>
/// <param name="schedule">
/// A cron expression of six fields, seconds first, in UTC (<c>0 */5 * * * *</c>), or an interval (<c>00:00:30</c>).
/// <c>%Name%</c> stands for the setting of that name; where it is not set, the function does not run.
/// </param>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class TimerTriggerAttribute(string schedule) : Attribute
{
    /// <summary>The schedule as it was given.</summary>
    public string Schedule { get; private set; } = schedule;

    /// <summary>
    /// Whether a run is told of the runs around it (<see cref="TimerInfo.ScheduleStatus"/>). Default true; of no effect where
    /// the schedule is due more than once a minute.
    /// </summary>
    public bool UseMonitor { get; set; } = true;

    /// <summary>Whether the function also runs once as soon as the host has started. Default false.</summary>
    public bool RunOnStartup { get; set; }
}
