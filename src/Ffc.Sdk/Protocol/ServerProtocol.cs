using Ffc.Sdk.Protocol.FeatBit;
using Ffc.Sdk.Protocol.Ffc;

namespace Ffc.Sdk.Protocol;

/// <summary>Selects the protocol. The form of the environment secret identifies the server.</summary>
internal static class ServerProtocol
{
    /// <summary>Parses a secret and returns the protocol of its server.</summary>
    /// <exception cref="FormatException">
    /// The secret is not valid. The message gives the reason and repeats no part of it.
    /// </exception>
    public static IServerProtocol Parse(string envSecret)
    {
        // A secret of FFC can have the length and the characters of a FeatBit secret, but not the reverse: the random bytes of a
        // FeatBit secret do not decode to the parts of an FFC secret.
        if (EnvironmentSecret.TryParse(envSecret, out var secret, out var fault))
            return new FfcProtocol(secret);
        if (FeatBitSecret.IsCandidate(envSecret))
            return new FeatBitProtocol(FeatBitSecret.Parse(envSecret));

        throw new FormatException($"{fault}. A FeatBit secret consists of 44 letters, digits, hyphens and underscores");
    }

    /// <summary>
    /// Returns the format of a server's data. Without a secret, the data itself identifies the format; without both, it is the
    /// format of FFC.
    /// </summary>
    /// <param name="envSecret">The secret; empty for none.</param>
    /// <param name="utf8">A message with data; empty for none.</param>
    /// <exception cref="ProtocolException">The message cannot be read.</exception>
    public static WireFormat FormatOf(string envSecret, ReadOnlySpan<byte> utf8)
    {
        if (!string.IsNullOrWhiteSpace(envSecret))
            return Parse(envSecret).Format;
        if (utf8.IsEmpty)
            return FfcWireFormat.Instance;

        var isFeatBit = FeatBitWireFormat.Instance.ReadMessage(utf8) is { } featBit
            && FfcWireFormat.Instance.ReadMessage(utf8) is { } ffc
            && featBit.InvalidItems.Count < ffc.InvalidItems.Count;
        return isFeatBit ? FeatBitWireFormat.Instance : FfcWireFormat.Instance;
    }
}
