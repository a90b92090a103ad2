using System.Diagnostics;

namespace Ffc.EndToEnd.Tests.Processes;

/// <summary>Waits for what others do: processes, connections, clocks.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    /// <summary>Asks again and again until the answer is the one wanted; fails, showing the last one, when that takes too long.</summary>
    public static async Task<T> Is<T>(Func<Task<T>> ask, Func<T, bool> wanted)
    {
        var clock = Stopwatch.StartNew();
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (true)
        {
            var answer = await ask();
            if (wanted(answer))
                return answer;
            if (clock.Elapsed > Deadline)
                Assert.Fail($"After {Deadline.TotalSeconds} s it is still: {answer}");
            await pace.WaitForNextTickAsync();
        }
    }

    /// <summary>Looks again and again until what is seen is what is wanted.</summary>
    public static Task<T> Is<T>(Func<T> look, Func<T, bool> wanted) => Is(() => Task.FromResult(look()), wanted);
}
