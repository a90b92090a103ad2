using System.Globalization;

namespace Ffc.Sdk.Flags;

/// <summary>
/// Parses numbers as clauses compare them. Short texts of digits, such as ages and counts, have their own loop: without it, a
/// flag with five number clauses takes about 25 of 250 ns more (OneFlagBenchmarks, fifth rule).
/// </summary>
internal static class Numbers
{
    private const double Scale = 1e5;

    // Above this limit, adjacent doubles differ by more than the fifth decimal, so rounding has no effect.
    private const double RoundedBelow = 1L << 36;

    // Every number of so many digits fits into an int.
    private const int MaxShortDigits = 9;

    // All integers up to this limit are exact as double.
    private const long MaxExactInteger = 1L << 53;

    /// <summary>
    /// Parses a text as a number with sign, decimals, exponent and surrounding blanks, in invariant culture, rounded to 5
    /// decimals. False for every other text, including the names of infinity and "not a number".
    /// </summary>
    public static bool TryRead(string text, out double number)
    {
        if (TryReadShortDigits(text, out number))
            return true;

        // .NET ignores trailing NULs.
        if (text.EndsWith('\0'))
            return false;

        // Parsing integers is faster.
        if (long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var whole)
            && whole is >= -MaxExactInteger and <= MaxExactInteger)
        {
            number = whole;
            return true;
        }

        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number))
            return false;

        // "1e999" is a large number; "Infinity" is not a number.
        if (!double.IsFinite(number))
            return text.AsSpan().ContainsAnyInRange('0', '9');

        number = Round(number);
        return true;
    }

    /// <summary>
    /// Parses a text as a number with sign, decimals, exponent, thousands separators and surrounding blanks, in invariant
    /// culture, without rounding. The names of infinity are numbers, and "NaN" is a number that no comparison accepts. False for
    /// every other text.
    /// </summary>
    public static bool TryReadExact(string text, out double number) =>
        TryReadShortDigits(text, out number)
        || double.TryParse(text, NumberStyles.Float | NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out number);

    private static bool TryReadShortDigits(string text, out double number)
    {
        number = 0;
        if (text.Length is 0 or > MaxShortDigits)
            return false;

        var sum = 0;
        foreach (var character in text)
        {
            if (!char.IsAsciiDigit(character))
                return false;
            sum = (sum * 10) + (character - '0');
        }

        number = sum;
        return true;
    }

    /// <summary>
    /// Rounds the exact binary value to 5 decimals, ties to even. <see cref="Math.Round(double, int)"/> rounds the product with
    /// 100,000, which is already rounded. Near a tie, its result can be wrong.
    /// </summary>
    private static double Round(double number)
    {
        if (Math.Abs(number) >= RoundedBelow)
            return number;

        var scaled = number * Scale;
        var rounded = Math.Round(scaled, MidpointRounding.ToEven);

        // If the product appears to be a tie, the sign of its rounding error determines the direction.
        if (Math.Abs(scaled - rounded) == 0.5)
        {
            var error = Math.FusedMultiplyAdd(number, Scale, -scaled);
            rounded = error > 0 ? Math.Ceiling(scaled) : error < 0 ? Math.Floor(scaled) : rounded;
        }

        return rounded / Scale;
    }
}
