using System.Globalization;

namespace Ffc.Sdk.Protocol;

/// <summary>The token that authenticates a connection: the environment secret with the current time inserted.</summary>
internal static class ConnectionToken
{
    /// <summary>How long a server accepts a token after its timestamp.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(30);

    private const string Digits = "QBWSPHDXZU";
    private const int StartWidth = 3;
    private const int LargestStart = 999;
    private const int LengthWidth = 2;

    public static string Create(string secret, DateTimeOffset now, Random random)
    {
        var text = secret.TrimEnd('=');
        var time = now.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        var start = Math.Clamp((int)(random.NextDouble() * text.Length), 2, LargestStart);
        return string.Concat(
            Encode(start, StartWidth) + Encode(time.Length, LengthWidth),
            text.AsSpan(0, start),
            Encode(long.Parse(time, CultureInfo.InvariantCulture), time.Length),
            text.AsSpan(start));
    }

    /// <summary>
    /// Reads the secret (without its padding) and the timestamp from a token. False if the text is not a token.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<char> token, out string secret, out DateTimeOffset time)
    {
        (secret, time) = ("", default);
        if (!TryDecode(token, StartWidth, out var start)
            || !TryDecode(token[StartWidth..], LengthWidth, out var length))
            return false;

        var rest = token[(StartWidth + LengthWidth)..];
        if (start > rest.Length || !TryDecode(rest[(int)start..], (int)length, out var milliseconds)
            || milliseconds > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())
            return false;

        time = DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
        secret = string.Concat(rest[..(int)start], rest[(int)(start + length)..]);
        return true;
    }

    private static string Encode(long number, int width) =>
        string.Create(width, number.ToString(CultureInfo.InvariantCulture).PadLeft(width, '0'), static (span, digits) =>
        {
            for (var i = 0; i < span.Length; i++)
                span[i] = Digits[digits[i] - '0'];
        });

    private static bool TryDecode(ReadOnlySpan<char> text, int width, out long number)
    {
        number = 0;
        if (width is < 1 or > 18 || text.Length < width)
            return false;

        foreach (var letter in text[..width])
        {
            var digit = Digits.IndexOf(letter);
            if (digit < 0)
                return false;
            number = (number * 10) + digit;
        }

        return true;
    }
}
