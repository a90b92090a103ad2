using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ffc.Host.Timers;

/// <summary>Runs the timer functions while the host runs.</summary>
internal sealed partial class TimerService(
    IReadOnlyList<TimerFunction> functions,
    IServiceScopeFactory scopes,
    IConfiguration configuration,
    TimeProvider timeProvider,
    ILogger<TimerService> logger)
    : IHostedLifecycleService, IDisposable
{
    // A timer has a maximum period, and the system clock may be changed during the wait.
    private static readonly TimeSpan MaxWait = TimeSpan.FromHours(1);

    // If the clock is set back during a wait, the function runs this much later than planned before the change.
    private static readonly TimeSpan SetBackTolerance = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Task> _loops = [];

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Starts the timers.</summary>
    /// <exception cref="InvalidOperationException">A schedule is invalid; the host does not start.</exception>
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        // The host already serves HTTP, so parsing cron expressions does not delay the first response.
        var scheduled = new List<(TimerFunction Function, TimerSchedule Schedule)>();
        foreach (var function in functions)
        {
            if (function.TryGetSchedule(configuration, out var schedule, out var setting))
                scheduled.Add((function, schedule));
            else
                LogSkipped(function.Function.Name, setting, setting.Replace(":", "__", StringComparison.Ordinal));
        }

        // The timers start after all schedules are parsed, so that no function runs if a schedule is invalid.
        _loops.AddRange(scheduled.Select(timer => LoopAsync(timer.Function, timer.Schedule)));
        return Task.CompletedTask;
    }

    public Task StoppingAsync(CancellationToken cancellationToken) => _stopping.CancelAsync();

    /// <summary>Waits for functions that are running, at most until the shutdown timeout of the host.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Task.WhenAll(_loops).WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            LogStillRunning();
        }
    }

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        _stopping.Cancel();
        _stopping.Dispose();
    }

    // Each function has one loop, so that its runs never overlap.
    private async Task LoopAsync(TimerFunction function, TimerSchedule schedule)
    {
        var stopping = _stopping.Token;
        var started = timeProvider.GetUtcNow();
        DateTimeOffset? last = null;
        var isMonitored = function.Trigger.UseMonitor && !IsDueMoreThanOnceAMinute(schedule, started);
        try
        {
            if (function.Trigger.RunOnStartup)
            {
                // The host does not wait for the function.
                await Task.Yield();
                await RunAsync(function, CreateInfo(isPastDue: false), stopping);
                last = started;
            }

            while (schedule.After(started) is { } due)
            {
                var isPastDue = due <= timeProvider.GetUtcNow();
                await WaitUntilAsync(due, stopping);

                started = timeProvider.GetUtcNow();
                await RunAsync(function, CreateInfo(isPastDue), stopping);
                last = started;
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }

        TimerInfo CreateInfo(bool isPastDue) => new()
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
            await function.CallAsync(scope.ServiceProvider, info, stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
        catch (Exception exception)
        {
            LogFailed(function.Function.Name, exception);
        }
    }

    private async Task WaitUntilAsync(DateTimeOffset due, CancellationToken stopping)
    {
        var started = timeProvider.GetTimestamp();
        var limit = due - timeProvider.GetUtcNow() + SetBackTolerance;
        while (Remaining() is var remaining && remaining > TimeSpan.Zero)
            await Task.Delay(remaining < MaxWait ? remaining : MaxWait, timeProvider, stopping);

        TimeSpan Remaining()
        {
            var byClock = due - timeProvider.GetUtcNow();
            var byElapsedTime = limit - timeProvider.GetElapsedTime(started);
            return byClock < byElapsedTime ? byClock : byElapsedTime;
        }
    }

    // The Azure Functions host does not monitor such a schedule either.
    private static bool IsDueMoreThanOnceAMinute(TimerSchedule schedule, DateTimeOffset time) =>
        schedule.After(time) is { } first && schedule.After(first) is { } second && second - first < TimeSpan.FromMinutes(1);

    [LoggerMessage(
        EventId = 155,
        Level = LogLevel.Warning,
        Message = "Function '{Function}' does not run: its schedule needs the setting '{Setting}' "
            + "(environment variable {Variable}), which is not set")]
    private partial void LogSkipped(string function, string setting, string variable);

    [LoggerMessage(EventId = 156, Level = LogLevel.Error, Message = "Function '{Function}' failed. Its schedule continues")]
    private partial void LogFailed(string function, Exception exception);

    [LoggerMessage(
        EventId = 157,
        Level = LogLevel.Warning,
        Message = "The host stops while a timer function is still running: the function exceeded the shutdown timeout")]
    private partial void LogStillRunning();
}
