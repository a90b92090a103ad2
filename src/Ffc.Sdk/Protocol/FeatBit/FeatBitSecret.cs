namespace Ffc.Sdk.Protocol.FeatBit;

/// <summary>
/// An environment secret of FeatBit: two GUIDs, each encoded as 22 characters of base64 in the alphabet of URIs. The first one is
/// random; the second one is the id of the environment.
/// </summary>
internal sealed class FeatBitSecret
{
    private const int HalfLength = 22;

    private FeatBitSecret(string value, Guid environmentId) => (Value, EnvironmentId) = (value, environmentId);

    /// <summary>The secret as configured. It is sent only to the server. Never write it to a log, a metric or an error.</summary>
    public string Value { get; }

    public Guid EnvironmentId { get; }

    /// <summary>A name for the environment that is valid in files, URIs and headers.</summary>
    public string StorageName => EnvironmentId.ToString();

    /// <summary>Whether a text has the form of a secret: its length and its characters.</summary>
    public static bool IsCandidate(string value) =>
        value.Length == 2 * HalfLength && value.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_');

    /// <summary>Parses a secret.</summary>
    /// <exception cref="FormatException">
    /// The text is not a secret. The message gives the reason and repeats no part of the text.
    /// </exception>
    public static FeatBitSecret Parse(string value)
    {
        if (!IsCandidate(value))
            throw new FormatException("it does not consist of 44 letters, digits, hyphens and underscores");

        var environmentId = ReadGuid(value.AsSpan(HalfLength));
        return environmentId == Guid.Empty
            ? throw new FormatException("it names no environment; copy a complete server secret of the environment")
            : new FeatBitSecret(value, environmentId);
    }

    public override string ToString() => $"environment {EnvironmentId}";

    private static Guid ReadGuid(ReadOnlySpan<char> text)
    {
        Span<char> base64 = stackalloc char[HalfLength + 2];
        text.Replace(base64, '_', '/');
        base64.Replace('-', '+');
        base64[HalfLength..].Fill('=');
        Span<byte> bytes = stackalloc byte[16];
        Convert.TryFromBase64Chars(base64, bytes, out _);
        return new Guid(bytes);
    }
}
