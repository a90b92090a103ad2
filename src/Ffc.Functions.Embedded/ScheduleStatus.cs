namespace Ffc.Functions.Embedded;

/// <summary>When a timer function ran and will run; all times are UTC.</summary>
public class ScheduleStatus
{
    /// <summary>When the previous run started; the default value before the first.</summary>
    public DateTime Last { get; set; }

    /// <summary>When the next run is due.</summary>
    public DateTime Next { get; set; }

    /// <summary>When this record was last brought up to date: by the previous run; the default value before the first.</summary>
    public DateTime LastUpdated { get; set; }
}
