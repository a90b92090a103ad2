using System.Text;
using Ffc.Sdk.Internal;

namespace Ffc.Sdk.Flags;

/// <summary>
/// Computes the position of a user in rollouts from the hash of a text: a number from 0 to 1. All SDKs and servers compute the
/// same number.
/// </summary>
internal static class Percentage
{
    /// <summary>Hashes a text in ASCII. Other characters become question marks.</summary>
    public static double OfAscii(string text)
    {
        if (text.Length > Md5.MaxBlockText)
            return FromHash(Md5.Hash(Encoding.ASCII.GetBytes(text)));

        Span<byte> block = stackalloc byte[Md5.BlockSize];
        block.Clear();
        Encoding.ASCII.GetBytes(text, block);
        return FromHash(Md5.HashBlock(block, text.Length));
    }

    /// <summary>Hashes a prefix, which is already in UTF-8, followed by a text.</summary>
    public static double OfUtf8(ReadOnlySpan<byte> prefix, string text)
    {
        Span<byte> block = stackalloc byte[Md5.BlockSize];
        if (prefix.Length > Md5.MaxBlockText
            || !Encoding.UTF8.TryGetBytes(text, block[prefix.Length..Md5.MaxBlockText], out var length))
            return FromHash(Md5.Hash([.. prefix, .. Encoding.UTF8.GetBytes(text)]));

        prefix.CopyTo(block);
        length += prefix.Length;
        block[length..].Clear();
        return FromHash(Md5.HashBlock(block, length));
    }

    private static double FromHash(int hash) => Math.Abs(hash / (double)int.MinValue);
}
