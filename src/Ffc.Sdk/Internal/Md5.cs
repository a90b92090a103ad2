using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace Ffc.Sdk.Internal;

/// <summary>
/// Computes the first four bytes of MD5 hashes, the part that assigns users to rollouts. The platform's implementation takes
/// three times as long for a short text, because of the overhead of each call (<c>HashBenchmarks</c>). Not for security.
/// </summary>
internal static class Md5
{
    /// <summary>The size of a block in bytes.</summary>
    public const int BlockSize = 64;

    /// <summary>The longest text that is hashed in one block.</summary>
    public const int MaxBlockText = BlockSize - sizeof(ulong) - 1;

    private const byte Terminator = 0x80;
    private const int LengthOffset = BlockSize - sizeof(ulong);

    private const uint A = 0x67452301;
    private const uint B = 0xefcdab89;
    private const uint C = 0x98badcfe;
    private const uint D = 0x10325476;

    /// <summary>Hashes a text of any length.</summary>
    /// <returns>The first four bytes of the hash, little-endian.</returns>
    public static int Hash(ReadOnlySpan<byte> text)
    {
        if (text.Length > MaxBlockText)
            return HashWithPlatform(text);

        Span<byte> block = stackalloc byte[BlockSize];
        block.Clear();
        text.CopyTo(block);
        return HashBlock(block, text.Length);
    }

    /// <summary>Hashes a text of at most <see cref="MaxBlockText"/> bytes.</summary>
    /// <param name="block">The text, followed by zeros. The method completes the block.</param>
    /// <param name="length">The length of the text.</param>
    /// <returns>The first four bytes of the hash, little-endian.</returns>
    public static int HashBlock(Span<byte> block, int length)
    {
        block[length] = Terminator;
        BinaryPrimitives.WriteInt32LittleEndian(block[LengthOffset..], length * 8);
        return Transform(block);
    }

    private static int HashWithPlatform(ReadOnlySpan<byte> text)
    {
        Span<byte> hash = stackalloc byte[MD5.HashSizeInBytes];
#pragma warning disable CA5351 // Not used for security: every SDK assigns users to rollouts by this hash.
        MD5.HashData(text, hash);
#pragma warning restore CA5351
        return BinaryPrimitives.ReadInt32LittleEndian(hash);
    }

    // RFC 1321, section 3.4, for one block. The last three of its 64 steps do not change the first four bytes. Each step adds the
    // operand that the previous step computed last, which shortens the chain of dependent instructions.
    private static int Transform(ReadOnlySpan<byte> block)
    {
        var m0 = Word(block, 0);
        var m1 = Word(block, 1);
        var m2 = Word(block, 2);
        var m3 = Word(block, 3);
        var m4 = Word(block, 4);
        var m5 = Word(block, 5);
        var m6 = Word(block, 6);
        var m7 = Word(block, 7);
        var m8 = Word(block, 8);
        var m9 = Word(block, 9);
        var m10 = Word(block, 10);
        var m11 = Word(block, 11);
        var m12 = Word(block, 12);
        var m13 = Word(block, 13);
        var m14 = Word(block, 14);
        var m15 = Word(block, 15);
        var (a, b, c, d) = (A, B, C, D);

        a = F(a, b, c, d, m0 + 0xd76aa478, 7);
        d = F(d, a, b, c, m1 + 0xe8c7b756, 12);
        c = F(c, d, a, b, m2 + 0x242070db, 17);
        b = F(b, c, d, a, m3 + 0xc1bdceee, 22);
        a = F(a, b, c, d, m4 + 0xf57c0faf, 7);
        d = F(d, a, b, c, m5 + 0x4787c62a, 12);
        c = F(c, d, a, b, m6 + 0xa8304613, 17);
        b = F(b, c, d, a, m7 + 0xfd469501, 22);
        a = F(a, b, c, d, m8 + 0x698098d8, 7);
        d = F(d, a, b, c, m9 + 0x8b44f7af, 12);
        c = F(c, d, a, b, m10 + 0xffff5bb1, 17);
        b = F(b, c, d, a, m11 + 0x895cd7be, 22);
        a = F(a, b, c, d, m12 + 0x6b901122, 7);
        d = F(d, a, b, c, m13 + 0xfd987193, 12);
        c = F(c, d, a, b, m14 + 0xa679438e, 17);
        b = F(b, c, d, a, m15 + 0x49b40821, 22);

        a = G(a, b, c, d, m1 + 0xf61e2562, 5);
        d = G(d, a, b, c, m6 + 0xc040b340, 9);
        c = G(c, d, a, b, m11 + 0x265e5a51, 14);
        b = G(b, c, d, a, m0 + 0xe9b6c7aa, 20);
        a = G(a, b, c, d, m5 + 0xd62f105d, 5);
        d = G(d, a, b, c, m10 + 0x02441453, 9);
        c = G(c, d, a, b, m15 + 0xd8a1e681, 14);
        b = G(b, c, d, a, m4 + 0xe7d3fbc8, 20);
        a = G(a, b, c, d, m9 + 0x21e1cde6, 5);
        d = G(d, a, b, c, m14 + 0xc33707d6, 9);
        c = G(c, d, a, b, m3 + 0xf4d50d87, 14);
        b = G(b, c, d, a, m8 + 0x455a14ed, 20);
        a = G(a, b, c, d, m13 + 0xa9e3e905, 5);
        d = G(d, a, b, c, m2 + 0xfcefa3f8, 9);
        c = G(c, d, a, b, m7 + 0x676f02d9, 14);
        b = G(b, c, d, a, m12 + 0x8d2a4c8a, 20);

        a = H(a, b, c, d, m5 + 0xfffa3942, 4);
        d = H(d, a, b, c, m8 + 0x8771f681, 11);
        c = H(c, d, a, b, m11 + 0x6d9d6122, 16);
        b = H(b, c, d, a, m14 + 0xfde5380c, 23);
        a = H(a, b, c, d, m1 + 0xa4beea44, 4);
        d = H(d, a, b, c, m4 + 0x4bdecfa9, 11);
        c = H(c, d, a, b, m7 + 0xf6bb4b60, 16);
        b = H(b, c, d, a, m10 + 0xbebfbc70, 23);
        a = H(a, b, c, d, m13 + 0x289b7ec6, 4);
        d = H(d, a, b, c, m0 + 0xeaa127fa, 11);
        c = H(c, d, a, b, m3 + 0xd4ef3085, 16);
        b = H(b, c, d, a, m6 + 0x04881d05, 23);
        a = H(a, b, c, d, m9 + 0xd9d4d039, 4);
        d = H(d, a, b, c, m12 + 0xe6db99e5, 11);
        c = H(c, d, a, b, m15 + 0x1fa27cf8, 16);
        b = H(b, c, d, a, m2 + 0xc4ac5665, 23);

        a = I(a, b, c, d, m0 + 0xf4292244, 6);
        d = I(d, a, b, c, m7 + 0x432aff97, 10);
        c = I(c, d, a, b, m14 + 0xab9423a7, 15);
        b = I(b, c, d, a, m5 + 0xfc93a039, 21);
        a = I(a, b, c, d, m12 + 0x655b59c3, 6);
        d = I(d, a, b, c, m3 + 0x8f0ccc92, 10);
        c = I(c, d, a, b, m10 + 0xffeff47d, 15);
        b = I(b, c, d, a, m1 + 0x85845dd1, 21);
        a = I(a, b, c, d, m8 + 0x6fa87e4f, 6);
        d = I(d, a, b, c, m15 + 0xfe2ce6e0, 10);
        c = I(c, d, a, b, m6 + 0xa3014314, 15);
        b = I(b, c, d, a, m13 + 0x4e0811a1, 21);
        a = I(a, b, c, d, m4 + 0xf7537e82, 6);
        return (int)(A + a);
    }

    private static uint Word(ReadOnlySpan<byte> block, int index) =>
        BinaryPrimitives.ReadUInt32LittleEndian(block[(index * sizeof(uint))..]);

    private static uint F(uint a, uint b, uint c, uint d, uint addend, int shift) =>
        b + BitOperations.RotateLeft(a + addend + (d ^ (b & (c ^ d))), shift);

    private static uint G(uint a, uint b, uint c, uint d, uint addend, int shift) =>
        b + BitOperations.RotateLeft(a + addend + (c & ~d) + (b & d), shift);

    private static uint H(uint a, uint b, uint c, uint d, uint addend, int shift) =>
        b + BitOperations.RotateLeft(a + addend + (c ^ d ^ b), shift);

    private static uint I(uint a, uint b, uint c, uint d, uint addend, int shift) =>
        b + BitOperations.RotateLeft(a + addend + (c ^ (b | ~d)), shift);
}
