using Ffc.Sdk.Streaming;
using Ffc.Sdk.Tests.Insights;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ffc.Sdk.Tests.Streaming;

public sealed class TimeSinceOkTests
{
    private readonly AdjustableClock _clock = new();
    private readonly UpdateStatusProvider _status;

    public TimeSinceOkTests() => _status = new UpdateStatusProvider(_clock, NullLogger<UpdateStatusProvider>.Instance);

    [Fact]
    public void It_begins_when_the_client_is_created_or_the_stream_is_lost()
    {
        Pass(seconds: 3);
        Assert.Equal(TimeSpan.FromSeconds(3), _status.TimeSinceOk);

        _status.Succeeded();
        Pass(seconds: 60);
        Assert.Equal(TimeSpan.Zero, _status.TimeSinceOk);

        _status.Failed("the connection was lost");
        Pass(seconds: 10);
        _status.Failed("the server does not listen");
        Pass(seconds: 10);
        _status.Refused("wrong secret");
        Pass(seconds: 10);
        Assert.Equal(TimeSpan.FromSeconds(30), _status.TimeSinceOk);
    }

    [Fact]
    public void It_is_zero_offline()
    {
        _status.Close();
        Pass(seconds: 3);

        Assert.Equal(TimeSpan.Zero, _status.TimeSinceOk);
    }

    [Fact]
    public void A_change_of_the_clock_has_no_effect()
    {
        Pass(seconds: 3);
        _clock.Offset = TimeSpan.FromHours(-1);

        Assert.Equal(TimeSpan.FromSeconds(3), _status.TimeSinceOk);
    }

    private void Pass(int seconds) => _clock.Advance(TimeSpan.FromSeconds(seconds));
}
