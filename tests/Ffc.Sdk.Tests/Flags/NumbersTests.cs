using System.Globalization;
using CsCheck;
using Ffc.Sdk.Flags;

namespace Ffc.Sdk.Tests.Flags;

public sealed class NumbersTests
{
    [Fact]
    public void A_whole_number_is_the_same_number_with_decimals_written_out() =>
        Gen.Select(Gen.Long, Gen.Int[0, 62], (bits, shift) => bits >> shift).Sample(
            whole =>
            {
                var text = whole.ToString(CultureInfo.InvariantCulture);
                return Read(text) == Read(text + ".0") && Read(" " + text + "\t") == Read(text + "e0");
            },
            iter: 100_000);

    [Theory]
    [InlineData("5\0")]
    [InlineData("-5\0\0")]
    [InlineData("1.5\0")]
    public void A_number_with_something_behind_it_is_none(string text)
    {
        Assert.False(Numbers.TryRead(text, out _));
        Assert.False(new Variation("1", text).TryRead<double>(out _));
        Assert.False(new Variation("1", text).TryRead<int>(out _));
    }

    private static double Read(string text)
    {
        Assert.True(Numbers.TryRead(text, out var number));
        return number;
    }
}
