using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Ffc.Host.Tests;

/// <summary>Timer functions on a clock that the test advances. It starts ten seconds after midnight.</summary>
public class TimerTests
{
    private static readonly TimeSpan HalfAMinute = TimeSpan.FromSeconds(30);

    private readonly TimerClock _clock = new();
    private readonly TimerRuns _runs = new();

    [Theory]
    [InlineData("*/30 * * * * *", 20, 30)]
    [InlineData("00:00:45", 45, 45)]
    public async Task A_function_runs_when_its_schedule_is_due_and_not_earlier(string schedule, int firstWait, int nextWait)
    {
        await using var host = await StartAsync<TimerFunctions.Configured>("--Ffc:FlushSchedule", schedule);

        Assert.Equal(TimeSpan.FromSeconds(firstWait), await _clock.NextWaitAsync());
        _clock.Advance(TimeSpan.FromSeconds(firstWait) - TimeSpan.FromMilliseconds(1));
        Assert.Equal(0, _runs.Count);

        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False((await _runs.NextAsync()).Info.IsPastDue);
        Assert.Equal(TimeSpan.FromSeconds(nextWait), await _clock.NextWaitAsync());
        _clock.Advance(TimeSpan.FromSeconds(nextWait));
        await _runs.NextAsync();
        Assert.Equal(2, _runs.Count);
    }

    [Theory]
    [InlineData(typeof(TimerFunctions.Configured), "Ffc:FlushSchedule")]
    [InlineData(typeof(TimerFunctions.ConfiguredWithUnderscores), "Ffc:FlushSchedule")]
    public async Task A_placeholder_is_replaced_by_the_setting(Type function, string setting)
    {
        await using var host = await StartAsync([function], "--" + setting, "*/20 * * * * *");

        Assert.Equal(TimeSpan.FromSeconds(10), await _clock.NextWaitAsync());
    }

    [Theory]
    [InlineData(typeof(TimerFunctions.Configured))]
    [InlineData(typeof(TimerFunctions.ConfiguredWithUnderscores))]
    public async Task A_function_without_its_setting_is_skipped_with_a_warning_that_names_it(Type function)
    {
        await using var host = await StartAsync([function, typeof(TimerFunctions.EveryHalfMinute)]);

        var warning = Assert.Single(host.Log.At(LogLevel.Warning)).Message;
        Assert.Contains("'Configured'", warning, StringComparison.Ordinal);
        Assert.Contains("Ffc:FlushSchedule", warning, StringComparison.Ordinal);
        Assert.Contains("Ffc__FlushSchedule", warning, StringComparison.Ordinal);
        await _clock.NextWaitAsync();
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal("EveryHalfMinute", (await _runs.NextAsync()).Function);
    }

    [Theory]
    [InlineData("every minute", "The number of its fields is 2.")]
    [InlineData("*/5 * * * *", "The number of its fields is 5.")]
    [InlineData("*/30 * * * * *%", "'*%' is not a valid [DayOfWeek] crontab field expression.")]
    public async Task Start_fails_with_function_schedule_and_expected_form_if_a_schedule_is_invalid(
        string schedule, string fault)
    {
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(
            () => StartAsync<TimerFunctions.Configured>("--Ffc:FlushSchedule", schedule));

        Assert.Contains("'Configured'", exception.Message, StringComparison.Ordinal);
        Assert.Contains($"'{schedule}'", exception.Message, StringComparison.Ordinal);
        Assert.Contains($"is invalid: {fault} Expected six fields (", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_fails_if_a_placeholder_is_not_closed()
    {
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync<TimerFunctions.HalfAPlaceholder>());

        Assert.Contains("'*/30 * * * * *%'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Runs_never_overlap_and_missed_runs_cause_one_run_that_is_past_due()
    {
        await using var host = await StartAsync<TimerFunctions.EveryHalfMinute>();
        await _clock.NextWaitAsync();
        _runs.Hold();
        _clock.Advance(TimeSpan.FromSeconds(20));
        await _runs.NextAsync();

        _clock.Advance(TimeSpan.FromSeconds(95));
        Assert.Equal(1, _runs.Count);

        _runs.Release();
        Assert.True((await _runs.NextAsync()).Info.IsPastDue);
        // It is 00:02:05: three runs were missed, one replaced them, and the next is due as planned.
        Assert.Equal(TimeSpan.FromSeconds(25), await _clock.NextWaitAsync());
        _clock.Advance(TimeSpan.FromSeconds(25));
        Assert.False((await _runs.NextAsync()).Info.IsPastDue);
        Assert.Equal(3, _runs.Count);
        Assert.Equal(1, _runs.MaxConcurrent);
    }

    [Fact]
    public async Task An_exception_is_logged_and_the_schedule_continues()
    {
        await using var host = await StartAsync<TimerFunctions.EveryHalfMinute>();
        await _clock.NextWaitAsync();
        _runs.Failure = new InvalidOperationException("boom");
        _clock.Advance(TimeSpan.FromSeconds(20));
        await _runs.NextAsync();

        await _clock.NextWaitAsync();
        var error = Assert.Single(host.Log.At(LogLevel.Error));
        Assert.Contains("'EveryHalfMinute'", error.Message, StringComparison.Ordinal);
        Assert.Same(_runs.Failure, error.Exception);
        _clock.Advance(HalfAMinute);
        await _runs.NextAsync();
    }

    [Fact]
    public async Task RunOnStartup_runs_the_function_at_the_start_and_then_by_its_schedule()
    {
        await using var host = await StartAsync<TimerFunctions.AtStartup>();

        Assert.False((await _runs.NextAsync()).Info.IsPastDue);
        Assert.Equal(TimeSpan.FromSeconds(50), await _clock.NextWaitAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_host_does_not_wait_for_a_run_on_startup(bool blocksItsThread)
    {
        _runs.Hold();
        _runs.BlocksItsThread = blocksItsThread;
        await using var host = await StartAsync<TimerFunctions.AtStartup>();

        await _runs.NextAsync();
        _runs.Release();
        await host.StopAsync();

        Assert.Empty(host.Log.At(LogLevel.Error));
    }

    [Fact]
    public async Task ScheduleStatus_has_the_previous_and_the_next_run()
    {
        await using var host = await StartAsync<TimerFunctions.AtStartup>();

        var first = (await _runs.NextAsync()).Info.ScheduleStatus!;
        await _clock.NextWaitAsync();
        _clock.Advance(TimeSpan.FromSeconds(50));
        var second = (await _runs.NextAsync()).Info.ScheduleStatus!;

        Assert.Equal(default, first.Last);
        Assert.Equal(new DateTime(2026, 1, 1, 0, 1, 0, DateTimeKind.Utc), first.Next);
        Assert.Equal(new DateTime(2026, 1, 1, 0, 0, 10, DateTimeKind.Utc), second.Last);
        Assert.Equal(second.Last, second.LastUpdated);
        Assert.Equal(new DateTime(2026, 1, 1, 0, 2, 0, DateTimeKind.Utc), second.Next);
    }

    [Theory]
    [InlineData(typeof(TimerFunctions.EveryHalfMinute), 20)]
    [InlineData(typeof(TimerFunctions.Unmonitored), 50)]
    public async Task ScheduleStatus_is_null_if_unmonitored_or_due_more_than_once_a_minute(Type function, int wait)
    {
        await using var host = await StartAsync([function]);
        await _clock.NextWaitAsync();
        _clock.Advance(TimeSpan.FromSeconds(wait));

        Assert.Null((await _runs.NextAsync()).Info.ScheduleStatus);
    }

    [Fact]
    public async Task A_wait_of_years_is_split_into_steps()
    {
        await using var host = await StartAsync<TimerFunctions.Configured>("--Ffc:FlushSchedule", "0 0 0 29 2 *");

        for (var step = 0; step < 3; step++)
        {
            Assert.InRange(await _clock.NextWaitAsync(), TimeSpan.FromMinutes(1), TimeSpan.FromDays(1));
            _clock.Advance(TimeSpan.FromDays(1));
        }

        Assert.Equal(0, _runs.Count);
    }

    [Fact]
    public async Task A_clock_that_is_set_back_delays_a_run_by_at_most_one_interval()
    {
        await using var host = await StartAsync<TimerFunctions.EveryHalfMinute>();
        await _clock.NextWaitAsync();
        _clock.Advance(TimeSpan.FromSeconds(20));
        await _runs.NextAsync();
        await _clock.NextWaitAsync();

        _clock.AdjustTime(_clock.GetUtcNow() - TimeSpan.FromHours(1));
        _clock.Advance(HalfAMinute);
        Assert.Equal(HalfAMinute, await _clock.NextWaitAsync());
        _clock.Advance(HalfAMinute);
        await _runs.NextAsync();
    }

    [Fact]
    public async Task A_small_correction_of_the_clock_causes_no_second_run()
    {
        await using var host = await StartAsync<TimerFunctions.EveryHalfMinute>();
        await _clock.NextWaitAsync();
        _runs.Hold();
        _clock.Advance(TimeSpan.FromSeconds(20));
        await _runs.NextAsync();

        _clock.AdjustTime(_clock.GetUtcNow() - TimeSpan.FromSeconds(1));
        _runs.Release();

        Assert.Equal(TimeSpan.FromSeconds(31), await _clock.NextWaitAsync());
    }

    [Fact]
    public async Task Stop_cancels_a_run_and_waits_for_it()
    {
        await using var host = await StartAsync<TimerFunctions.EveryHalfMinute>();
        await _clock.NextWaitAsync();
        _runs.Hold();
        _clock.Advance(TimeSpan.FromSeconds(20));
        var run = await _runs.NextAsync();

        var stop = host.StopAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.Delay(RunningHost.Deadline, run.Stopping));
        Assert.False(stop.IsCompleted);
        _runs.Release();
        await stop.WaitAsync(RunningHost.Deadline, TestContext.Current.CancellationToken);

        Assert.Equal(0, _runs.Running);
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(1, _runs.Count);
        Assert.Empty(host.Log.At(LogLevel.Error));
    }

    [Fact]
    public async Task A_run_that_stops_when_cancelled_is_not_an_error()
    {
        await using var host = await StartAsync<TimerFunctions.EveryHalfMinute>();
        await _clock.NextWaitAsync();
        _runs.Hold();
        _runs.ObservesCancellation = true;
        _clock.Advance(TimeSpan.FromSeconds(20));
        await _runs.NextAsync();

        await host.StopAsync().WaitAsync(RunningHost.Deadline, TestContext.Current.CancellationToken);

        Assert.Empty(host.Log.At(LogLevel.Error));
        Assert.Empty(host.Log.At(LogLevel.Warning));
    }

    [Fact]
    public async Task Stop_abandons_a_run_after_the_shutdown_timeout()
    {
        await using var host = await StartAsync<TimerFunctions.EveryHalfMinute>();
        await _clock.NextWaitAsync();
        _runs.Hold();
        _clock.Advance(TimeSpan.FromSeconds(20));
        await _runs.NextAsync();

        using var cancelledCts = new CancellationTokenSource();
        await cancelledCts.CancelAsync();
        await host.Host.StopAsync(cancelledCts.Token).WaitAsync(RunningHost.Deadline, TestContext.Current.CancellationToken);

        Assert.Contains("still running", Assert.Single(host.Log.At(LogLevel.Warning)).Message, StringComparison.Ordinal);
        _runs.Release();
    }

    [Fact]
    public async Task The_default_clock_is_the_system_clock()
    {
        await using var host = await RunningHost.StartAsync([]);

        Assert.Same(TimeProvider.System, host.Host.Services.GetRequiredService<TimeProvider>());
    }

    private Task<RunningHost> StartAsync<T>(params string[] settings) => StartAsync([typeof(T)], settings);

    private Task<RunningHost> StartAsync(Type[] functions, params string[] settings) =>
        RunningHost.StartAsync(
            functions, builder => builder.Services.AddSingleton<TimeProvider>(_clock).AddSingleton(_runs), settings: settings);
}
