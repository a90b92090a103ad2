using System.Globalization;
using Ffc.Functions.Embedded.Timers;

namespace Ffc.Functions.Tests.Embedded;

public class TimerScheduleTests
{
    [Theory]
    [InlineData("*/30 * * * * *", "2026-01-01T00:00:10", "2026-01-01T00:00:30")]
    [InlineData("*/30 * * * * *", "2026-01-01T00:00:30", "2026-01-01T00:01:00")]
    [InlineData("0 30 9 * * MON-FRI", "2026-01-02T10:00:00", "2026-01-05T09:30:00")]
    [InlineData("0 0 0 29 2 *", "2026-01-01T00:00:00", "2028-02-29T00:00:00")]
    [InlineData("00:00:30", "2026-01-01T00:00:10", "2026-01-01T00:00:40")]
    [InlineData("1.00:00:00", "2026-01-01T00:00:10", "2026-01-02T00:00:10")]
    public void A_schedule_is_due_next_in_UTC(string schedule, string after, string next) =>
        Assert.Equal(Utc(next), TimerSchedule.TryParse(schedule)!.After(Utc(after)));

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
    public void What_is_no_schedule_or_is_never_due_is_not_taken_for_one(string schedule) =>
        Assert.Null(TimerSchedule.TryParse(schedule));

    private static DateTimeOffset Utc(string time) =>
        DateTimeOffset.Parse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
