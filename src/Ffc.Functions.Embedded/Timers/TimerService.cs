using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ffc.Functions.Embedded.Timers;

/// <summary>Runs the timer functions from the moment that the whole host has started until it stops.</summary>
internal sealed partial class TimerService(
    IReadOnlyList<TimerFunction> functions,
    IServiceScopeFactory scopes,
    IConfiguration configuration,
    TimeProvider clock,
    ILogger<TimerService> logger)
    : IHostedLifecycleService, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Task> _loops = [];

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Starts the timers.</summary>
    /// <exception cref="InvalidOperationException">A schedule cannot be read; the host does not start.</exception>
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        // Only now, when HTTP is served: reading cron expressions takes time that the first answer should not wait for.
        var scheduled = new List<(TimerFunction Function, TimerSchedule Schedule)>();
        foreach (var function in functions)
        {
            if (function.TryGetSchedule(configuration, out var schedule, out var setting))
                scheduled.Add((function, schedule));
            else
                LogSkipped(logger, function.Function.Name, setting, setting.Replace(":", "__", StringComparison.Ordinal));
        }

        // Not before all schedules are read: a host that cannot start runs nothing.
        _loops.AddRange(scheduled.Select(timer => LoopAsync(timer.Function, timer.Schedule)));
        return Task.CompletedTask;
    }

    public Task StoppingAsync(CancellationToken cancellationToken) => _stopping.CancelAsync();

    /// <summary>Waits for runs that are under way, as long as the host's shutdown time-out allows.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Task.WhenAll(_loops).WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            LogLeftRunning(logger);
        }
    }

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        _stopping.Cancel();
        _stopping.Dispose();
    }

    // One loop a function, one run at a time: a run can never overlap itself.
    private async Task LoopAsync(TimerFunction function, TimerSchedule schedule)
    {
        var stopping = _stopping.Token;
        var started = clock.GetUtcNow();
        DateTimeOffset? last = null;
        var isMonitored = function.Trigger.UseMonitor && !IsDueMoreThanOnceAMinute(schedule, started);
        try
        {
            if (function.Trigger.RunOnStartup)
            {
                // The host goes on starting while the function runs.
                await Task.Yield();
                await RunAsync(function, Info(isPastDue: false), stopping);
                last = started;
            }

            while (schedule.After(started) is { } due)
            {
                var isPastDue = due <= clock.GetUtcNow();
                await WaitUntilAsync(due, stopping);

                started = clock.GetUtcNow();
                await RunAsync(function, Info(isPastDue), stopping);
                last = started;
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }

        TimerInfo Info(bool isPastDue) => new()
        {
            IsPastDue = isPastDue,
            ScheduleStatus = isMonitored
                ? new ScheduleStatus
                {
                    Last = last?.UtcDateTime ?? default,
                    LastUpdated = last?.UtcDateTime ?? default,
                    Next = schedule.After(started)?.UtcDateTime ?? default,
                }
                : null,
        };
    }

    private async Task RunAsync(TimerFunction function, TimerInfo info, CancellationToken stopping)
    {
        stopping.ThrowIfCancellationRequested();
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var instance = function.Function.Method.IsStatic
                ? null
                : scope.ServiceProvider.GetRequiredService(function.Function.Class);
            await function.CallAsync(instance, info, stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // It was told to stop and did.
        }
        catch (Exception exception)
        {
            LogFailed(logger, function.Function.Name, exception);
        }
    }

    private async Task WaitUntilAsync(DateTimeOffset due, CancellationToken stopping)
    {
        // In steps: a timer has a longest time, and the wall clock may be set while it runs.
        var longest = TimeSpan.FromHours(1);
        while (due - clock.GetUtcNow() is var remaining && remaining > TimeSpan.Zero)
            await Task.Delay(remaining < longest ? remaining : longest, clock, stopping);
    }

    // The real host monitors no such schedule either, so that functions see the same here and there.
    private static bool IsDueMoreThanOnceAMinute(TimerSchedule schedule, DateTimeOffset time) =>
        schedule.After(time) is { } first && schedule.After(first) is { } second && second - first < TimeSpan.FromMinutes(1);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Function '{Function}' does not run: its schedule needs the setting '{Setting}' "
            + "(environment variable {Variable}), which is not set.")]
    private static partial void LogSkipped(ILogger logger, string function, string setting, string variable);

    [LoggerMessage(Level = LogLevel.Error, Message = "Function '{Function}' failed. Its schedule goes on.")]
    private static partial void LogFailed(ILogger logger, string function, Exception exception);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The host stops although a timer function is still running: it took longer than the shutdown time-out.")]
    private static partial void LogLeftRunning(ILogger logger);
}
