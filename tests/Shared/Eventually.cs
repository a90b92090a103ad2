using System.Diagnostics;

namespace Ffc.Tests;

/// <summary>Waits for a condition that depends on another process, a connection or a background task.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);

    /// <summary>Polls until the value meets the condition. After the timeout the test fails with the last value.</summary>
    public static async Task<T> Is<T>(Func<Task<T>> read, Func<T, bool> condition, Action? meanwhile = null)
    {
        var stopwatch = Stopwatch.StartNew();
        using var timer = new PeriodicTimer(Interval);
        while (true)
        {
            var value = await read();
            if (condition(value))
                return value;
            if (stopwatch.Elapsed > Timeout)
                Assert.Fail($"the condition is not met after {Timeout.TotalSeconds} s: {value}");
            meanwhile?.Invoke();
            await timer.WaitForNextTickAsync();
        }
    }

    /// <summary>Polls until the value meets the condition.</summary>
    public static Task<T> Is<T>(Func<T> read, Func<T, bool> condition, Action? meanwhile = null) =>
        Is(() => Task.FromResult(read()), condition, meanwhile);

    /// <summary>Polls until the condition is true.</summary>
    public static Task Holds(Func<bool> condition, Action? meanwhile = null) => Is(condition, holds => holds, meanwhile);
}
