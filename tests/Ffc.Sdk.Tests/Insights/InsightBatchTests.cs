using System.IO.Compression;
using System.Text;
using CsCheck;

namespace Ffc.Sdk.Tests.Insights;

public sealed class InsightBatchTests
{
    private static readonly InsightBatch Batch = new(
        "20260101T000000000Z-0123456789ab-00000001", "1__2__3", 3, """[{"a":1},{"b":"é"},{}]"""u8.ToArray());

    [Fact]
    public void Unpack_restores_a_packed_batch()
    {
        var batch = Unpack(Batch.Pack());

        Assert.Equal((Batch.Id, Batch.Environment, Batch.Count), (batch.Id, batch.Environment, batch.Count));
        Assert.Equal(Batch.Events.ToArray(), batch.Events.ToArray());
    }

    [Fact]
    public void Pack_writes_a_JSON_header_line_and_the_events_as_gzip()
    {
        using var lines = new StreamReader(new GZipStream(new MemoryStream(Batch.Pack()), CompressionMode.Decompress));

        Assert.StartsWith(
            """{"format":"ffc-insights","version":1,"id":"20260101T000000000Z-0123456789ab-00000001","environment":"1__2__3","""
                + "\"events\":3,\"sha256\":",
            lines.ReadLine(),
            StringComparison.Ordinal);
        Assert.Equal("""[{"a":1},{"b":"é"},{}]""", lines.ReadLine());
        Assert.Null(lines.ReadLine());
    }

    [Theory]
    [InlineData("", "it is not a batch of insights")]
    [InlineData("[]", "it is not a batch of insights")]
    [InlineData("[]\n[]", "it is not a batch of insights")]
    [InlineData("""{"format":"something else","version":1}""" + "\n[]", "it is not a batch of insights")]
    [InlineData("""{"format":"ffc-insights","version":2}""" + "\n[]", "it has format version 2; this is version 1")]
    [InlineData(
        """{"format":"ffc-insights","version":1,"id":"20260101T000000000Z-0123456789ab-00000001","environment":"1__2__3","""
            + "\"events\":1,\"sha256\":\"00\"}\n[1]",
        "its content does not match its header")]
    public void Unpack_throws_with_the_reason_when_the_content_is_invalid(string content, string fault)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(Encoding.UTF8.GetBytes(content));

        Assert.Equal(fault, Assert.Throws<InvalidDataException>(() => Unpack(packed.ToArray())).Message);
    }

    [Theory]
    [InlineData("1__2__3", "20260101T000000000Z-0123456789ab-00000002", "its id does not match its name")]
    [InlineData("1__2__4", "20260101T000000000Z-0123456789ab-00000001", "it belongs to another environment")]
    public void Unpack_throws_when_the_batch_does_not_belong_to_the_name(string environment, string id, string fault)
    {
        var exception = Assert.Throws<InvalidDataException>(() => InsightBatch.Unpack(Batch.Pack(), environment, id));

        Assert.Equal(fault, exception.Message);
    }

    [Theory]
    [InlineData("../../evil")]
    [InlineData("a/b")]
    [InlineData("a.b")]
    [InlineData("é")]
    public void Unpack_throws_when_the_id_is_not_valid_in_names(string id)
    {
        var batch = new InsightBatch(id, "1__2__3", 1, "[1]"u8.ToArray());

        var exception = Assert.Throws<InvalidDataException>(() => InsightBatch.Unpack(batch.Pack(), "1__2__3", id));
        Assert.Equal("its id does not match its name", exception.Message);
    }

    [Fact]
    public void Unpack_throws_when_the_content_exceeds_64_MiB()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (var i = 0; i < 65; i++)
                gzip.Write(new byte[1024 * 1024]);
        }

        var exception = Assert.Throws<InvalidDataException>(() => Unpack(packed.ToArray()));
        Assert.Equal("it is larger than 64 MiB", exception.Message);
    }

    [Fact]
    public void Unpack_never_returns_another_batch_from_damaged_data()
    {
        var packed = Batch.Pack();
        var damage = Gen.OneOf(
            Gen.Select(
                Gen.Int[0, packed.Length - 1],
                Gen.Byte[1, 255],
                (at, flip) => (byte[])[.. packed[..at], (byte)(packed[at] ^ flip), .. packed[(at + 1)..]]),
            Gen.Int[0, packed.Length - 1].Select(length => packed[..length]),
            Gen.Select(
                Gen.Int[0, packed.Length],
                Gen.Byte.Array[1, 20],
                (at, more) => (byte[])[.. packed[..at], .. more, .. packed[at..]]));

        damage.Sample(
            bytes =>
            {
                try
                {
                    var batch = Unpack(bytes);
                    return batch.Events.Span.SequenceEqual(Batch.Events.Span)
                        && (batch.Id, batch.Environment, batch.Count) == (Batch.Id, Batch.Environment, Batch.Count);
                }
                catch (InvalidDataException)
                {
                    return true;
                }
            },
            iter: 5_000);
    }

    [Fact]
    public void Split_keeps_the_order_of_events_and_is_deterministic()
    {
        var (first, second) = Batch.Split();

        Assert.Equal(("""[{"a":1}]""", 1), (Encoding.UTF8.GetString(first.Events.Span), first.Count));
        Assert.Equal(("""[{"b":"é"},{}]""", 2), (Encoding.UTF8.GetString(second.Events.Span), second.Count));
        Assert.Equal((first.Id, second.Id), (Batch.Split().First.Id, Batch.Split().Second.Id));
        Assert.NotEqual(first.Id, second.Id);
    }

    private static InsightBatch Unpack(ReadOnlyMemory<byte> packed) =>
        InsightBatch.Unpack(packed, "1__2__3", "20260101T000000000Z-0123456789ab-00000001");
}
