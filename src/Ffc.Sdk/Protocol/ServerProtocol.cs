using Ffc.Sdk.Flags;
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
    public static WireFormat FormatOf(string envSecret, ReadOnlyMemory<byte> utf8)
    {
        if (!string.IsNullOrWhiteSpace(envSecret))
            return Parse(envSecret).Format;
        if (!utf8.IsEmpty)
        {
            Read(envSecret, format => format.ReadMessage(utf8.Span), out var format);
            return format;
        }

        return FfcWireFormat.Instance;
    }

    /// <summary>Reads a message in the format of a server's data, see <see cref="FormatOf"/>.</summary>
    /// <param name="envSecret">The secret; empty for none.</param>
    /// <param name="read">Reads the message in a format. Called more than once if the first format does not fit.</param>
    /// <param name="format">The format.</param>
    /// <returns>The data of a data-sync message; null for every other message.</returns>
    /// <exception cref="ProtocolException">The message cannot be read.</exception>
    public static DataSync? Read(string envSecret, Func<WireFormat, DataSync?> read, out WireFormat format)
    {
        format = FormatOf(envSecret, default);
        var sync = read(format);
        if (string.IsNullOrWhiteSpace(envSecret)
            && sync is { InvalidItems.Count: > 0 }
            && read(FeatBitWireFormat.Instance) is { } featBit
            && featBit.InvalidItems.Count < sync.InvalidItems.Count)
        {
            format = FeatBitWireFormat.Instance;
            return featBit;
        }

        return sync;
    }
}
