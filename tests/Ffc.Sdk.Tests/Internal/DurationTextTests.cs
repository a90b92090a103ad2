using Ffc.Sdk.Internal;

namespace Ffc.Sdk.Tests.Internal;

public sealed class DurationTextTests
{
    [Theory]
    [InlineData(0, "0 s")]
    [InlineData(0.42, "0.4 s")]
    [InlineData(5, "5 s")]
    [InlineData(9.97, "10 s")]
    [InlineData(45.4, "45 s")]
    [InlineData(59.7, "1 min")]
    [InlineData(176, "2 min 56 s")]
    [InlineData(3_600, "1 h")]
    [InlineData(3_661, "1 h 1 min")]
    [InlineData(86_399.6, "1 d")]
    [InlineData(277_200, "3 d 5 h")]
    public void Format_returns_the_two_largest_units(double seconds, string expected) =>
        Assert.Equal(expected, DurationText.Format(TimeSpan.FromSeconds(seconds)));
}
