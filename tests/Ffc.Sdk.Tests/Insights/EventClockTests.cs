using Ffc.Sdk.Insights;
using Ffc.Tests;
using Microsoft.Extensions.Time.Testing;

namespace Ffc.Sdk.Tests.Insights;

public sealed class EventClockTests
{
    private static long SystemTime => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    [Fact]
    public async Task The_system_clock_is_read_again_in_each_tick()
    {
        var clock = new EventClock(TimeProvider.System);
        var first = clock.Now;

        // The tick counter advances every 16 ms or sooner. A stop of this thread between two readings only makes a try invalid.
        await Eventually.Holds(() => clock.Now > first);
        await Eventually.Holds(() =>
        {
            var before = SystemTime;
            var now = clock.Now;
            return SystemTime - before <= 1 && now >= before - 20 && now <= SystemTime;
        });
    }

    [Fact]
    public void Another_clock_is_read_for_each_event()
    {
        var time = new FakeTimeProvider();
        var clock = new EventClock(time);
        var first = clock.Now;
        time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(first + 1, clock.Now);
    }
}
