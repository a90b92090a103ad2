using Ffc.Sdk.Streaming;
using Microsoft.Extensions.Time.Testing;

namespace Ffc.Sdk.Tests.Streaming;

public sealed class BackOffTests
{
    private static readonly double[] Bounds = [1, 2, 4, 8, 16, 32, 60, 60, 60];

    private readonly FakeTimeProvider _clock = new();

    [Theory]
    [InlineData(0.0, 0.5)]
    [InlineData(0.5, 0.75)]
    [InlineData(0.999999999, 1)]
    public void Each_delay_is_half_of_a_bound_that_doubles_and_a_random_part_of_the_other_half(double random, double part)
    {
        var backOff = Create(random);

        foreach (var bound in Bounds)
            Assert.Equal(bound * part, backOff.Failed().TotalSeconds, 5);
    }

    [Fact]
    public void However_often_it_fails_the_bound_stays_the_longest_delay()
    {
        var backOff = Create(1);
        for (var i = 0; i < 5_000; i++)
            Assert.InRange(backOff.Failed().TotalSeconds, 0.5, 60);

        Assert.Equal(60, backOff.Failed().TotalSeconds, 5);
    }

    [Theory]
    [InlineData(60, true)]
    [InlineData(3_600, true)]
    [InlineData(59.9, false)]
    [InlineData(0, false)]
    public void It_begins_anew_once_a_connection_has_stayed_good_for_a_minute(double goodForSeconds, bool anew)
    {
        var backOff = Create(1);
        for (var i = 0; i < 3; i++)
            backOff.Failed();

        backOff.Succeeded();
        _clock.Advance(TimeSpan.FromSeconds(goodForSeconds));
        backOff.Succeeded(); // the next message on the same connection

        Assert.Equal(anew ? 1 : 8, backOff.Failed().TotalSeconds, 5);
        Assert.Equal(anew ? 2 : 16, backOff.Failed().TotalSeconds, 5);
    }

    [Fact]
    public void The_minute_counts_from_when_this_connection_became_good()
    {
        var backOff = Create(1);
        backOff.Failed();
        backOff.Succeeded();
        _clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(2, backOff.Failed().TotalSeconds, 5);

        // Half a minute before it broke and half a minute after are no minute.
        backOff.Succeeded();
        _clock.Advance(TimeSpan.FromSeconds(40));
        Assert.Equal(4, backOff.Failed().TotalSeconds, 5);

        // Time without any connection is none at all.
        _clock.Advance(TimeSpan.FromSeconds(600));
        Assert.Equal(8, backOff.Failed().TotalSeconds, 5);
    }

    [Theory]
    [InlineData(0.2, 3, "0.2 0.4 0.8 1.6 3 3")]
    [InlineData(5, 5, "5 5 5")]
    public void The_bounds_are_those_of_the_options(double first, double max, string expected)
    {
        var options = new StreamingOptions { FirstRetryDelay = TimeSpan.FromSeconds(first), MaxRetryDelay = TimeSpan.FromSeconds(max) };
        var backOff = new BackOff(options, _clock, new FixedRandom(1));

        foreach (var bound in expected.Split(' '))
            Assert.Equal(double.Parse(bound, System.Globalization.CultureInfo.InvariantCulture), backOff.Failed().TotalSeconds, 5);
    }

    private BackOff Create(double random) => new(new StreamingOptions(), _clock, new FixedRandom(random));

    private sealed class FixedRandom(double value) : Random
    {
        public override double NextDouble() => value;
    }
}
