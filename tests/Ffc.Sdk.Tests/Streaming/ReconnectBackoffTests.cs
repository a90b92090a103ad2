using System.Globalization;
using Ffc.Sdk.Streaming;
using Microsoft.Extensions.Time.Testing;

namespace Ffc.Sdk.Tests.Streaming;

public sealed class ReconnectBackoffTests
{
    private static readonly double[] Bounds = [1, 2, 4, 8, 16, 32, 60, 60, 60];

    private readonly FakeTimeProvider _clock = new();

    [Theory]
    [InlineData(0.0, 0.5)]
    [InlineData(0.5, 0.75)]
    [InlineData(0.999999999, 1)]
    public void Delay_is_half_of_a_doubling_bound_plus_a_random_part_of_the_other_half(double random, double part)
    {
        var backoff = Create(random);

        foreach (var bound in Bounds)
            Assert.Equal(bound * part, backoff.Failed().TotalSeconds, 5);
    }

    [Fact]
    public void Delay_never_exceeds_the_maximum()
    {
        var backoff = Create(1);
        for (var i = 0; i < 5_000; i++)
            Assert.InRange(backoff.Failed().TotalSeconds, 0.5, 60);

        Assert.Equal(60, backoff.Failed().TotalSeconds, 5);
    }

    [Theory]
    [InlineData(60, true)]
    [InlineData(3_600, true)]
    [InlineData(59.9, false)]
    [InlineData(0, false)]
    public void Delay_is_reset_after_a_connection_of_one_minute(double seconds, bool isReset)
    {
        var backoff = Create(1);
        for (var i = 0; i < 3; i++)
            backoff.Failed();

        backoff.Succeeded();
        _clock.Advance(TimeSpan.FromSeconds(seconds));
        backoff.Succeeded(); // The next message on the same connection.

        Assert.Equal(isReset ? 1 : 8, backoff.Failed().TotalSeconds, 5);
        Assert.Equal(isReset ? 2 : 16, backoff.Failed().TotalSeconds, 5);
    }

    [Fact]
    public void The_minute_starts_with_the_first_success_of_the_connection()
    {
        var backoff = Create(1);
        backoff.Failed();
        backoff.Succeeded();
        _clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(2, backoff.Failed().TotalSeconds, 5);

        // The times of two connections are not added up.
        backoff.Succeeded();
        _clock.Advance(TimeSpan.FromSeconds(40));
        Assert.Equal(4, backoff.Failed().TotalSeconds, 5);

        // The time without a connection does not count.
        _clock.Advance(TimeSpan.FromSeconds(600));
        Assert.Equal(8, backoff.Failed().TotalSeconds, 5);
    }

    [Theory]
    [InlineData(0.2, 3, "0.2 0.4 0.8 1.6 3 3")]
    [InlineData(5, 5, "5 5 5")]
    public void Bounds_are_those_of_the_options(double first, double max, string expected)
    {
        var options = new StreamingOptions
        {
            FirstRetryDelay = TimeSpan.FromSeconds(first),
            MaxRetryDelay = TimeSpan.FromSeconds(max),
        };
        var backoff = new ReconnectBackoff(options, _clock, new FixedRandom(1));

        foreach (var bound in expected.Split(' '))
            Assert.Equal(double.Parse(bound, CultureInfo.InvariantCulture), backoff.Failed().TotalSeconds, 5);
    }

    private ReconnectBackoff Create(double random) => new(new StreamingOptions(), _clock, new FixedRandom(random));

    private sealed class FixedRandom(double value) : Random
    {
        public override double NextDouble() => value;
    }
}
