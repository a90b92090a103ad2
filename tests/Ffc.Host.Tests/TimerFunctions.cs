
namespace Ffc.Host.Tests;

/// <summary>Timer functions that a test controls through <see cref="TimerRuns"/>.</summary>
public static class TimerFunctions
{
    public class Configured(TimerRuns runs)
    {
        [Function("Configured")]
        public Task Run([TimerTrigger("%Ffc:FlushSchedule%")] TimerInfo timer, CancellationToken stopping) =>
            runs.RunAsync("Configured", timer, stopping);
    }

    public class ConfiguredWithUnderscores(TimerRuns runs)
    {
        [Function("Configured")]
        public Task Run([TimerTrigger("%Ffc__FlushSchedule%")] TimerInfo timer, CancellationToken stopping) =>
            runs.RunAsync("Configured", timer, stopping);
    }

    public class EveryHalfMinute(TimerRuns runs)
    {
        [Function("EveryHalfMinute")]
        public Task Run([TimerTrigger("*/30 * * * * *")] TimerInfo timer, CancellationToken stopping) =>
            runs.RunAsync("EveryHalfMinute", timer, stopping);
    }

    public class AtStartup(TimerRuns runs)
    {
        [Function("AtStartup")]
        public Task Run([TimerTrigger("0 * * * * *", RunOnStartup = true)] TimerInfo timer, CancellationToken stopping) =>
            runs.RunAsync("AtStartup", timer, stopping);
    }

    public class Unmonitored(TimerRuns runs)
    {
        [Function("Unmonitored")]
        public Task Run([TimerTrigger("0 * * * * *", UseMonitor = false)] TimerInfo timer, CancellationToken stopping) =>
            runs.RunAsync("Unmonitored", timer, stopping);
    }

    public class HalfAPlaceholder
    {
        [Function("HalfAPlaceholder")]
        public void Run([TimerTrigger("*/30 * * * * *%")] TimerInfo timer)
        {
        }
    }
}
