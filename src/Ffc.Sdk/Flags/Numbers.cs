using System.Globalization;

namespace Ffc.Sdk.Flags;

/// <summary>Parses numbers as clauses compare them.</summary>
internal static class Numbers
{
    private const int Decimals = 5;

    // Whole numbers up to here do not change when they are rounded to 5 decimals as the others are.
    private const long LargestWhole = 90_000_000_000;

    /// <summary>
    /// Parses a text as a number with sign, decimals, exponent and surrounding blanks, in invariant culture, rounded to 5 decimals, half
    /// to even. False for every other text, including the names of infinity and "not a number".
    /// </summary>
    public static bool TryRead(string text, out double number)
    {
        number = 0;

        // .NET ignores trailing NULs.
        if (text.EndsWith('\0'))
            return false;

        // Whole numbers are the usual case, and parsing them takes a fraction of the time.
        if (long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var whole)
            && whole is >= -LargestWhole and <= LargestWhole)
        {
            number = whole;
            return true;
        }

        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number))
            return false;

        // "1e999" is a large number; "Infinity" is not a number.
        if (!double.IsFinite(number))
            return text.AsSpan().ContainsAnyInRange('0', '9');

        number = Math.Round(number, Decimals, MidpointRounding.ToEven);
        return true;
    }
}
