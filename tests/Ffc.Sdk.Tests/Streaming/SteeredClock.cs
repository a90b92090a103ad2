using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace Ffc.Sdk.Tests.Streaming;

/// <summary>A clock that stands still until a test moves it, and tells the test what is being waited for.</summary>
internal sealed class SteeredClock() : FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, 123, TimeSpan.Zero))
{
    private static readonly TimeSpan Ping = TimeSpan.FromSeconds(10);

    private readonly Channel<TimeSpan> _delays = Channel.CreateUnbounded<TimeSpan>();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        // Told once the timer runs: whoever hears of it may move the clock.
        _delays.Writer.TryWrite(dueTime);
        return timer;
    }

    /// <summary>Waits until somebody waits for a time that fits.</summary>
    /// <returns>For how long that is.</returns>
    public async Task<TimeSpan> WaitForAsync(Func<TimeSpan, bool> fits)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(ScriptedServer.Deadline);
        while (true)
        {
            var delay = await _delays.Reader.ReadAsync(deadline.Token);
            if (fits(delay))
                return delay;
        }
    }

    /// <summary>Waits until the client waits to connect again, for half of this bound to all of it.</summary>
    public Task<TimeSpan> WaitForBackOffAsync(double boundInSeconds) =>
        WaitForAsync(delay => delay != Ping && delay.TotalSeconds >= boundInSeconds / 2 && delay.TotalSeconds <= boundInSeconds);

    /// <summary>Lets the time to the next attempt to connect pass; it must be half of this bound to all of it.</summary>
    public async Task PassBackOffAsync(double boundInSeconds = 1) => Advance(await WaitForBackOffAsync(boundInSeconds));

    /// <summary>Lets the time to the next ping pass.</summary>
    public async Task PassPingAsync() => Advance(await WaitForAsync(delay => delay == Ping));
}
