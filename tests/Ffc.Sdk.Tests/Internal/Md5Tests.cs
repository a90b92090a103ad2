using System.Buffers.Binary;
using System.Security.Cryptography;
using Ffc.Sdk.Internal;

namespace Ffc.Sdk.Tests.Internal;

public sealed class Md5Tests
{
    private const int MaxLength = 130;

    [Fact]
    public void Hash_equals_the_platform_for_a_million_random_texts()
    {
        var random = new Random(20261126);
        var buffer = new byte[MaxLength];
        for (var i = 0; i < 1_000_000; i++)
        {
            var text = buffer.AsSpan(0, random.Next(MaxLength + 1));
            random.NextBytes(text);
            if (Md5.Hash(text) != Platform(text))
                Assert.Fail($"different hash of {Convert.ToHexString(text)}");
        }
    }

    [Fact]
    public void Hash_equals_the_platform_for_every_length()
    {
        for (var length = 0; length <= MaxLength; length++)
        {
            var text = new byte[length];
            Array.Fill(text, (byte)0xff);
            Assert.Equal(Platform(text), Md5.Hash(text));
        }
    }

    private static int Platform(ReadOnlySpan<byte> text)
    {
#pragma warning disable CA5351 // The reference result.
        return BinaryPrimitives.ReadInt32LittleEndian(MD5.HashData(text));
#pragma warning restore CA5351
    }
}
