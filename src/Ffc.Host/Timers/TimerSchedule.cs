using System.Globalization;
using NCrontab;

namespace Ffc.Host.Timers;

/// <summary>The times at which a timer is due: a cron expression in UTC, or an interval.</summary>
internal sealed class TimerSchedule
{
    public const string Expected =
        "six fields (second, minute, hour, day of month, month, day of week) such as '*/30 * * * * *', "
        + "or an interval such as '00:00:30'";

    private const int FieldCount = 6;

    private static readonly TimeSpan MaxInterval = TimeSpan.FromDays(365 * 1000);
    private static readonly CrontabSchedule.ParseOptions WithSeconds = new() { IncludingSeconds = true };

    private readonly CrontabSchedule? _cron;
    private readonly TimeSpan _interval;

    private TimerSchedule(CrontabSchedule cron) => _cron = cron;

    private TimerSchedule(TimeSpan interval) => _interval = interval;

    /// <summary>Parses a schedule. Cron expressions are parsed by NCrontab, as on the Azure Functions host.</summary>
    /// <exception cref="FormatException">The schedule is invalid or is never due.</exception>
    public static TimerSchedule Parse(string text)
    {
        // TimeSpan.TryParse reads a number without a colon as days.
        if (text.Contains(':', StringComparison.Ordinal))
        {
            return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var interval)
                && interval > TimeSpan.Zero && interval < MaxInterval
                ? new TimerSchedule(interval)
                : throw new FormatException("It is not an interval.");
        }

        try
        {
            var schedule = new TimerSchedule(CrontabSchedule.Parse(text, WithSeconds));
            return schedule.After(DateTimeOffset.UnixEpoch) is null
                ? throw new FormatException("It is never due.")
                : schedule;
        }
        catch (CrontabException exception)
        {
            // For another number of fields, the message of NCrontab repeats the expected form.
            var fields = text.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries).Length;
            throw new FormatException(
                fields == FieldCount ? exception.Message : $"The number of its fields is {fields}.", exception);
        }
    }

    /// <summary>The first time after <paramref name="time"/>; null if there is none.</summary>
    public DateTimeOffset? After(DateTimeOffset time)
    {
        if (_cron is null)
            return time + _interval;

        var next = _cron.GetNextOccurrence(time.UtcDateTime, DateTime.MaxValue);
        return next == DateTime.MaxValue ? null : new DateTimeOffset(next, TimeSpan.Zero);
    }
}
