using System.Diagnostics;

namespace Ffc.Tests;

/// <summary>Waits for what happens in the background.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    /// <summary>Looks again and again until the condition holds; fails, showing what it saw last, when that takes too long.</summary>
    public static async Task<T> Is<T>(Func<T> look, Func<T, bool> holds, Action? meanwhile = null)
    {
        var clock = Stopwatch.StartNew();
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (true)
        {
            var seen = look();
            if (holds(seen))
                return seen;
            if (clock.Elapsed > Deadline)
                Assert.Fail($"After {Deadline.TotalSeconds} s it is still: {seen}");
            meanwhile?.Invoke();
            await pace.WaitForNextTickAsync();
        }
    }

    /// <summary>Looks again and again until it holds.</summary>
    public static Task Holds(Func<bool> condition, Action? meanwhile = null) => Is(condition, holds => holds, meanwhile);
}
