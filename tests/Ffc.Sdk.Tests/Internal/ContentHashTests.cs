using System.Text;
using CsCheck;
using Ffc.Sdk.Internal;

namespace Ffc.Sdk.Tests.Internal;

public sealed class ContentHashTests
{
    // Instances compare the tags of responses, which contain this hash.
    [Fact]
    public void The_hash_is_the_same_in_all_processes()
    {
        Assert.Equal(0x4E0AC10AA31B0171UL, ContentHash.Of("""{"id":"a","timestamp":1}"""u8));
        Assert.Equal(0x0000000000000000UL, ContentHash.Of(""u8));
    }

    [Fact]
    public void Every_changed_byte_changes_the_hash() => Gen.Select(
        Gen.Byte.Array[1, 100], Gen.Int[0, 99], Gen.Int[1, 255]).Sample(
        (content, at, change) =>
        {
            var changed = content.ToArray();
            changed[at % content.Length] ^= (byte)change;
            return ContentHash.Of(content) != ContentHash.Of(changed);
        });

    [Fact]
    public void Texts_of_different_lengths_have_different_hashes()
    {
        var hashes = Enumerable.Range(0, 100)
            .SelectMany(length => (byte[][])[new byte[length], Encoding.ASCII.GetBytes(new string('x', length))])
            .Select(content => ContentHash.Of(content));

        // The empty text occurs twice.
        Assert.Equal(199, hashes.Distinct().Count());
    }

    [Fact]
    public void The_order_of_equal_parts_changes_the_hash() => Gen.Byte.Array[16].Sample(content =>
        content.AsSpan(0, 8).SequenceEqual(content.AsSpan(8))
        || ContentHash.Of(content) != ContentHash.Of([.. content[8..], .. content[..8]]));
}
