using System.Globalization;

namespace Ffc.Sdk.Flags;

/// <summary>Reads numbers the way clauses compare them.</summary>
internal static class Numbers
{
    private const int Decimals = 5;

    // So many fit into an int, whichever they are.
    private const int FewDigits = 9;

    // Up to here, a whole number stays what it is when it is rounded as the others are.
    private const long LargestWhole = 90_000_000_000;

    /// <summary>
    /// Reads a text as a number: sign, decimals, exponent and surrounding blanks, in invariant culture, rounded to 5 decimals,
    /// half to even. False for everything else, the words for infinity and "not a number" among it.
    /// </summary>
    public static bool TryRead(string text, out double number)
    {
        if (TryReadDigits(text, out number))
            return true;

        // .NET reads over NULs at the end.
        if (text.EndsWith('\0'))
            return false;

        // A whole number is read in a fraction of the time of others.
        if (long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var whole) && whole is >= -LargestWhole and <= LargestWhole)
        {
            number = whole;
            return true;
        }

        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number))
            return false;

        if (!double.IsFinite(number))
            return text.AsSpan().ContainsAnyInRange('0', '9'); // 1e999 is a number, if a large one; "Infinity" is a word.

        number = Math.Round(number, Decimals, MidpointRounding.ToEven);
        return true;
    }

    // Most numbers are ages, counts and ids: no parser is as fast on them as adding their digits up.
    private static bool TryReadDigits(string text, out double number)
    {
        var sum = 0;
        number = 0;
        if (text.Length is 0 or > FewDigits)
            return false;

        foreach (var character in text)
        {
            if (!char.IsAsciiDigit(character))
                return false;
            sum = (sum * 10) + (character - '0');
        }

        number = sum;
        return true;
    }
}
