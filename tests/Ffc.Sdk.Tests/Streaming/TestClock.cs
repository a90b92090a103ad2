using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace Ffc.Sdk.Tests.Streaming;

/// <summary>A clock that advances only when the test advances it, and that reports the timers which the client starts.</summary>
internal sealed class TestClock() : FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, 123, TimeSpan.Zero))
{
    private static readonly TimeSpan PingInterval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(15);

    private readonly Channel<TimeSpan> _delays = Channel.CreateUnbounded<TimeSpan>();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);

        // Reported after the timer started, so that the test may advance the clock immediately.
        _delays.Writer.TryWrite(dueTime);
        return timer;
    }

    /// <summary>Waits until the client starts a timer that matches.</summary>
    /// <returns>The due time of the timer.</returns>
    public async Task<TimeSpan> WaitForTimerAsync(Func<TimeSpan, bool> predicate)
    {
        using var linkedCts = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        linkedCts.CancelAfter(ScriptedServer.Deadline);
        while (true)
        {
            var delay = await _delays.Reader.ReadAsync(linkedCts.Token);
            if (predicate(delay))
                return delay;
        }
    }

    /// <summary>Waits until the client waits to reconnect, for a delay from half of this bound to all of it.</summary>
    public Task<TimeSpan> WaitForRetryAsync(double boundInSeconds) => WaitForTimerAsync(delay =>
        delay != PingInterval
        && delay != AnswerTimeout
        && delay.TotalSeconds >= boundInSeconds / 2
        && delay.TotalSeconds <= boundInSeconds);

    /// <summary>Waits until the client waits to reconnect, as above, and advances the clock by the delay.</summary>
    public async Task PassRetryDelayAsync(double boundInSeconds = 1) => Advance(await WaitForRetryAsync(boundInSeconds));

    /// <summary>Advances the clock to the next ping.</summary>
    public async Task PassPingIntervalAsync() => Advance(await WaitForTimerAsync(delay => delay == PingInterval));
}
