using System.Numerics;
using System.Runtime.InteropServices;

namespace Ffc.Sdk.Internal;

/// <summary>
/// A hash of 64 bits that tells whether content is unchanged. It is the same in all processes on the same kind of processor.
/// Not for security: a collision of data from the server is improbable, and impossible if only one group of eight bytes differs.
/// </summary>
/// <remarks>
/// Own code, because the first SHA-256 of a process loads OpenSSL, which takes 9 ms of a cold start, and because XxHash3 is in
/// one more assembly, whose code takes 35 ms to compile. Not a <see cref="UInt128"/>: methods whose types contain one are never
/// compiled ahead of time (ReadyToRun), and flags contain hashes.
/// </remarks>
internal static class ContentHash
{
    // An odd number, so that the multiplication loses no bits.
    private const ulong Multiplier = 0x9E3779B97F4A7C15;

    public static ulong Of(ReadOnlySpan<byte> content)
    {
        // This loop is fast even if its code is not optimized yet. The order of the bytes depends on the processor, which all
        // instances of an app share.
        var hash = Add(0, (ulong)content.Length);
        var words = MemoryMarshal.Cast<byte, ulong>(content);
        for (var i = 0; i < words.Length; i++)
            hash = Add(hash, words[i]);

        ulong rest = 0;
        foreach (var value in content[(words.Length * sizeof(ulong))..])
            rest = (rest << 8) | value;
        return Add(Add(hash, rest), 0);
    }

    // Each step is reversible: different hashes stay different when the same value is added.
    private static ulong Add(ulong hash, ulong value) => BitOperations.RotateLeft((hash ^ value) * Multiplier, 29) * Multiplier;
}
