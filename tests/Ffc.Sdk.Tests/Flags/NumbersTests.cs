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

    private static double Read(string text)
    {
        Assert.True(Numbers.TryRead(text, out var number));
        return number;
    }
}
