using System.Globalization;
using Ffc.Host.Timers;

namespace Ffc.Host.Tests;

public class TimerScheduleTests
{
    [Theory]
    [InlineData("*/30 * * * * *", "2026-01-01T00:00:10", "2026-01-01T00:00:30")]
    [InlineData("*/30 * * * * *", "2026-01-01T00:00:30", "2026-01-01T00:01:00")]
    [InlineData("0 30 9 * * MON-FRI", "2026-01-02T10:00:00", "2026-01-05T09:30:00")]
    [InlineData("0 0 0 29 2 *", "2026-01-01T00:00:00", "2028-02-29T00:00:00")]
    [InlineData("00:00:30", "2026-01-01T00:00:10", "2026-01-01T00:00:40")]
    [InlineData("1.00:00:00", "2026-01-01T00:00:10", "2026-01-02T00:00:10")]
    public void After_returns_the_next_time_in_UTC(string schedule, string after, string next) =>
        Assert.Equal(Utc(next), TimerSchedule.Parse(schedule).After(Utc(after)));

    [Theory]
    [InlineData("")]
    [InlineData("* * * * *")]
    [InlineData("61 * * * * *")]
    [InlineData("* * * * * * *")]
    [InlineData("a b c d e f")]
    [InlineData("@daily")]
    [InlineData("0 0 0 30 2 *")]
    [InlineData("00:00:00")]
    [InlineData("-00:00:30")]
    [InlineData("25:61:00")]
    [InlineData("30")]
    [InlineData("10000000.00:00:00")]
    public void Parse_throws_when_a_schedule_is_invalid_or_never_due(string schedule) =>
        Assert.Throws<FormatException>(() => TimerSchedule.Parse(schedule));

    [Theory]
    [InlineData("0 0 0 L * *", "L")]
    [InlineData("0 0 0 15W * *", "15W")]
    [InlineData("0 0 0 * * MON#2", "MON#2")]
    [InlineData("0 0 0 * * 7", "7")]
    [InlineData("0 0 0 ? * *", "?")]
    public void Parse_throws_and_names_the_error_when_the_Functions_host_also_rejects_it(string schedule, string named)
    {
        var exception = Assert.Throws<FormatException>(() => TimerSchedule.Parse(schedule));

        Assert.Contains(named, exception.Message, StringComparison.Ordinal);
    }

    private static DateTimeOffset Utc(string time) =>
        DateTimeOffset.Parse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
