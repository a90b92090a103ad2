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
    [InlineData("fail", "Initializing", "")] // an error before the first success
    [InlineData("fail fail", "Initializing", "")]
    [InlineData("good", "OK", "OK")]
    [InlineData("fail good", "OK", "OK")]
    [InlineData("good good", "OK", "OK")]
    [InlineData("good fail", "Interrupted", "OK Interrupted")]
    [InlineData("good fail fail", "Interrupted", "OK Interrupted")]
    [InlineData("good fail good", "OK", "OK Interrupted OK")]
    [InlineData("off", "Off", "Off")]
    [InlineData("good off", "Off", "OK Off")]
    [InlineData("good fail off", "Off", "OK Interrupted Off")]
    [InlineData("off good", "Off", "Off")] // for good
    [InlineData("off fail off", "Off", "Off")]
    public void The_state_goes_from_one_to_the_next(string steps, string expected, string told)
    {
        var states = new List<UpdateState>();
        _status.StateChanged += (_, e) => states.Add(e.State);
        Play(steps);

        Assert.Equal(expected, _status.State.ToString());
        Assert.Equal(told, string.Join(' ', states));
    }

    [Fact]
    public void The_state_is_what_it_is_since_it_changed_to_it()
    {
        var start = _clock.GetUtcNow();
        _clock.Advance(TimeSpan.FromSeconds(1));
        Play("fail");
        Assert.Equal(start, _status.StateSince);

        _clock.Advance(TimeSpan.FromSeconds(1));
        Play("good");
        _clock.Advance(TimeSpan.FromSeconds(1));
        Play("good");
        Assert.Equal(start.AddSeconds(2), _status.StateSince);
    }

    [Fact]
    public void The_last_error_stays_when_the_stream_is_well_again()
    {
        Assert.Null(_status.LastError);

        _status.Failed("first");
        _clock.Advance(TimeSpan.FromSeconds(1));
        _status.Failed("second");
        var second = new UpdateError("second", _clock.GetUtcNow());
        Assert.Equal(second, _status.LastError);

        UpdateError? told = null;
        _status.StateChanged += (_, e) => told = e.LastError;
        Play("good");
        Assert.Equal((second, second), (_status.LastError, told));
    }

    [Theory]
    [InlineData("good", true)]
    [InlineData("fail good", true)]
    [InlineData("off", false)]
    [InlineData("good fail off", false)]
    public async Task Waiting_for_OK_ends_at_once_where_the_state_is_settled(string steps, bool expected)
    {
        Play(steps);

        Assert.Equal(expected, await _status.WaitForOKStateAsync(Timeout.InfiniteTimeSpan, Cancellation));
        Assert.Equal(expected, await _status.WaitForOKStateAsync(TimeSpan.Zero, Cancellation));
    }

    [Theory]
    [InlineData("", "good", true)]
    [InlineData("", "fail fail good", true)]
    [InlineData("good fail", "fail good", true)]
    [InlineData("", "off", false)]
    [InlineData("good fail", "off", false)]
    public async Task Waiting_for_OK_ends_when_the_state_is_OK_or_Off(string before, string after, bool expected)
    {
        Play(before);
        var waiting = _status.WaitForOKStateAsync(Timeout.InfiniteTimeSpan, Cancellation);
        Assert.False(waiting.IsCompleted);
        Play(after);

        Assert.Equal(expected, await waiting.WaitAsync(ScriptedServer.Deadline, Cancellation));
    }

    [Theory]
    [InlineData("")]
    [InlineData("good fail")]
    public async Task Waiting_for_OK_ends_false_when_the_time_is_over(string before)
    {
        Play(before);
        Assert.False(await _status.WaitForOKStateAsync(TimeSpan.Zero, Cancellation));

        var waiting = _status.WaitForOKStateAsync(TimeSpan.FromSeconds(10), Cancellation);
        _clock.Advance(TimeSpan.FromSeconds(9.9));
        Assert.False(waiting.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(0.1));
        Assert.False(await waiting.WaitAsync(ScriptedServer.Deadline, Cancellation));
    }

    [Fact]
    public async Task Waiting_for_OK_can_be_given_up()
    {
        using var giveUp = new CancellationTokenSource();
        var waiting = _status.WaitForOKStateAsync(TimeSpan.FromSeconds(10), giveUp.Token);
        await giveUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public void A_handler_that_throws_harms_nobody()
    {
        _status.StateChanged += (_, _) => throw new InvalidOperationException("handler");
        Play("good fail good");

        Assert.Equal(UpdateState.OK, _status.State);
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
                    _status.Failed("it broke");
                    break;
                default:
                    _status.SwitchedOff(null);
                    break;
            }
        }
    }
}
