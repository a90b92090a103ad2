using System.Globalization;
using CsCheck;
using Ffc.Sdk.Flags;

namespace Ffc.Sdk.Tests.Flags;

public sealed class NumbersTests
{
    [Fact]
    public void TryRead_reads_the_same_number_with_decimals_exponent_or_white_space() =>
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
    public void TryRead_rejects_a_number_with_trailing_NUL_characters(string text)
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
