using System.Globalization;
using Cronos;

namespace Ffc.Functions.Embedded.Timers;

/// <summary>When a timer is due: a cron expression in UTC, or an interval.</summary>
internal sealed class TimerSchedule
{
    public const string Expected =
        "six fields (second, minute, hour, day of month, month, day of week) such as '*/30 * * * * *', "
        + "or an interval such as '00:00:30'";

    private const int CronFields = 6;

    // Longer ones end after the last time that a clock can show: never due.
    private static readonly TimeSpan LongestInterval = TimeSpan.FromDays(365 * 1000);

    private readonly CronExpression? _cron;
    private readonly TimeSpan _interval;

    private TimerSchedule(CronExpression cron) => _cron = cron;

    private TimerSchedule(TimeSpan interval) => _interval = interval;

    /// <summary>Reads a schedule; null if it is neither form, or never due.</summary>
    public static TimerSchedule? TryParse(string text)
    {
        // Counted here because the parser also takes names such as "@daily", which the real host does not.
        if (text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length == CronFields)
        {
            return CronExpression.TryParse(text, CronFormat.IncludeSeconds, out var cron)
                && cron.GetNextOccurrence(DateTime.UnixEpoch) is not null
                ? new TimerSchedule(cron)
                : null;
        }

        // A number alone would be days, which nobody means.
        return text.Contains(':', StringComparison.Ordinal)
            && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var interval)
            && interval > TimeSpan.Zero && interval < LongestInterval
            ? new TimerSchedule(interval)
            : null;
    }

    /// <summary>The first time after <paramref name="time"/>; null if there is none.</summary>
    public DateTimeOffset? After(DateTimeOffset time) =>
        _cron is null ? time + _interval
        : _cron.GetNextOccurrence(time.UtcDateTime) is { } next ? new DateTimeOffset(next)
        : null;
}
