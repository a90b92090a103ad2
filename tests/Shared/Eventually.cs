using System.Diagnostics;

namespace Ffc.Tests;

/// <summary>Waits for what others do: processes, connections, clocks, the background.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(10);

    /// <summary>Asks again and again until the answer is the one wanted; fails, showing the last one, when that takes too long.</summary>
    public static async Task<T> Is<T>(Func<Task<T>> ask, Func<T, bool> wanted, Action? meanwhile = null)
    {
        var clock = Stopwatch.StartNew();
        using var pace = new PeriodicTimer(Pace);
        while (true)
        {
            var answer = await ask();
            if (wanted(answer))
                return answer;
            if (clock.Elapsed > Deadline)
                Assert.Fail($"After {Deadline.TotalSeconds} s it is still: {answer}");
            meanwhile?.Invoke();
            await pace.WaitForNextTickAsync();
        }
    }

    /// <summary>Looks again and again until what is seen is what is wanted.</summary>
    public static Task<T> Is<T>(Func<T> look, Func<T, bool> wanted, Action? meanwhile = null) =>
        Is(() => Task.FromResult(look()), wanted, meanwhile);

    /// <summary>Looks again and again until it holds.</summary>
    public static Task Holds(Func<bool> condition, Action? meanwhile = null) => Is(condition, holds => holds, meanwhile);
}
