using Ffc.Sdk.Streaming;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Ffc.Sdk.Tests.Streaming;

public sealed class UpdateStatusProviderTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly UpdateStatusProvider _status;

    public UpdateStatusProviderTests() => _status = new UpdateStatusProvider(_clock, NullLogger<UpdateStatusProvider>.Instance);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("", "Initializing", "")]
    [InlineData("fail", "Initializing", "")] // A failure before the first success.
    [InlineData("fail fail", "Initializing", "")]
    [InlineData("good", "Ok", "Ok")]
    [InlineData("fail good", "Ok", "Ok")]
    [InlineData("good good", "Ok", "Ok")]
    [InlineData("good fail", "Interrupted", "Ok Interrupted")]
    [InlineData("good fail fail", "Interrupted", "Ok Interrupted")]
    [InlineData("good fail good", "Ok", "Ok Interrupted Ok")]
    [InlineData("refuse", "Off", "Off")]
    [InlineData("good refuse", "Off", "Ok Off")]
    [InlineData("good fail refuse", "Off", "Ok Interrupted Off")]
    [InlineData("refuse fail refuse", "Off", "Off")] // Off until it works.
    [InlineData("refuse good", "Ok", "Off Ok")]
    [InlineData("good refuse fail good fail", "Interrupted", "Ok Off Ok Interrupted")]
    [InlineData("close", "Off", "Off")]
    [InlineData("good close", "Off", "Ok Off")]
    [InlineData("close good fail refuse good", "Off", "Off")] // Closed is final.
    [InlineData("refuse close good", "Off", "Off")]
    public void State_follows_the_reports_and_raises_StatusChanged(string steps, string expected, string raised)
    {
        var states = new List<UpdateState>();
        _status.StatusChanged += (_, e) => states.Add(e.Status.State);
        Play(steps);

        Assert.Equal(expected, _status.Status.State.ToString());
        Assert.Equal(raised, string.Join(' ', states));
    }

    [Fact]
    public void Since_is_the_time_of_the_last_change_of_state()
    {
        var start = _clock.GetUtcNow();
        _clock.Advance(TimeSpan.FromSeconds(1));
        Play("fail");
        Assert.Equal(start, _status.Status.Since);

        _clock.Advance(TimeSpan.FromSeconds(1));
        Play("good");
        _clock.Advance(TimeSpan.FromSeconds(1));
        Play("good");
        Assert.Equal(start.AddSeconds(2), _status.Status.Since);
    }

    [Fact]
    public void LastError_remains_after_a_later_success()
    {
        Assert.Null(_status.Status.LastError);

        _status.Failed("first");
        _clock.Advance(TimeSpan.FromSeconds(1));
        _status.Failed("second");
        var second = new UpdateError { Message = "second", Time = _clock.GetUtcNow() };
        Assert.Equal(second, _status.Status.LastError);

        UpdateStatus? raised = null;
        _status.StatusChanged += (_, e) => raised = e.Status;
        Play("good");
        Assert.Equal(second, _status.Status.LastError);
        Assert.Same(_status.Status, raised);
    }

    [Theory]
    [InlineData("good", true)]
    [InlineData("fail good", true)]
    [InlineData("close", false)]
    [InlineData("refuse", false)]
    [InlineData("good fail refuse", false)]
    public async Task WaitForOkAsync_returns_immediately_when_the_state_is_Ok_or_Off(string steps, bool expected)
    {
        Play(steps);

        Assert.Equal(expected, await _status.WaitForOkAsync(Timeout.InfiniteTimeSpan, Cancellation));
        Assert.Equal(expected, await _status.WaitForOkAsync(TimeSpan.Zero, Cancellation));
    }

    [Theory]
    [InlineData("", "good", true)]
    [InlineData("", "fail fail good", true)]
    [InlineData("good fail", "fail good", true)]
    [InlineData("", "close", false)]
    [InlineData("", "refuse", false)]
    [InlineData("good fail", "refuse", false)]
    public async Task WaitForOkAsync_returns_when_the_state_becomes_Ok_or_Off(string before, string after, bool expected)
    {
        Play(before);
        var waiting = _status.WaitForOkAsync(Timeout.InfiniteTimeSpan, Cancellation);
        Assert.False(waiting.IsCompleted);
        Play(after);

        Assert.Equal(expected, await waiting.WaitAsync(ScriptedServer.Deadline, Cancellation));
    }

    [Theory]
    [InlineData("")]
    [InlineData("good fail")]
    public async Task WaitForOkAsync_returns_false_after_the_timeout(string before)
    {
        Play(before);
        Assert.False(await _status.WaitForOkAsync(TimeSpan.Zero, Cancellation));

        var waiting = _status.WaitForOkAsync(TimeSpan.FromSeconds(10), Cancellation);
        _clock.Advance(TimeSpan.FromSeconds(9.9));
        Assert.False(waiting.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(0.1));
        Assert.False(await waiting.WaitAsync(ScriptedServer.Deadline, Cancellation));
    }

    [Fact]
    public async Task WaitForOkAsync_waits_without_limit_when_the_timeout_exceeds_that_of_a_timer()
    {
        TimeSpan[] timeouts = [TimeSpan.MaxValue, TimeSpan.FromDays(50), TimeSpan.FromDays(40), Timeout.InfiniteTimeSpan];
        foreach (var timeout in timeouts)
        {
            var status = new UpdateStatusProvider(_clock, NullLogger<UpdateStatusProvider>.Instance);
            var waiting = status.WaitForOkAsync(timeout, Cancellation);
            _clock.Advance(TimeSpan.FromDays(39));
            Assert.False(waiting.IsCompleted);
            status.Succeeded();
            Assert.True(await waiting.WaitAsync(ScriptedServer.Deadline, Cancellation));
        }
    }

    [Fact]
    public async Task WaitForOkAsync_can_be_cancelled()
    {
        using var cts = new CancellationTokenSource();
        var waiting = _status.WaitForOkAsync(TimeSpan.FromSeconds(10), cts.Token);
        await cts.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public void An_exception_of_a_handler_does_not_affect_the_state()
    {
        _status.StatusChanged += (_, _) => throw new InvalidOperationException("handler");
        Play("good fail good");

        Assert.Equal(UpdateState.Ok, _status.Status.State);
    }

    private void Play(string steps)
    {
        foreach (var step in steps.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            switch (step)
            {
                case "good":
                    _status.Succeeded();
                    break;
                case "fail":
                    _status.Failed("the connection was lost");
                    break;
                case "refuse":
                    _status.Refused("the server refused the connection");
                    break;
                default:
                    _status.Close();
                    break;
            }
        }
    }
}
