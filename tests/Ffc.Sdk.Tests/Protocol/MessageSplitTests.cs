using System.Text;
using System.Text.Json;
using CsCheck;
using Ffc.Sdk.Flags;
using Ffc.Sdk.Protocol;
using Ffc.Sdk.Protocol.FeatBit;
using Ffc.Sdk.Protocol.Ffc;
using Ffc.Sdk.Tests.Golden;
using Ffc.Sdk.Tests.TestData;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ffc.Sdk.Tests.Protocol;

/// <summary>A message that arrives in parts gives the same result as the whole message, wherever it is split.</summary>
public sealed class MessageSplitTests
{
    private static readonly byte[] Message = Encoding.UTF8.GetBytes(MessageJson.Full(
        new FlagJson("gate", 5).Serves("é 😀"),
        new FlagJson("a", 6).Requires("gate").Targets(3, "tom").Rule(4, SegmentJson.InAny("s")).Experiment(true, false),
        new SegmentJson("s", 7).Includes("ina").Excludes("ron").Rule(FlagJson.Clause("n", "BiggerThan", "1.5"))));

    private static readonly string[] Pieces =
    [
        "null", "7", "-1", "1e9", "\"\"", "{}", "[]", "[[", "}", "]", ",", ":", "\"", "\\ud800", "\\u0061", "true", "/*", "*/",
        "//", "\n", " ", "\"id\":1,", "\"timestamp\":\"x\",", "\"data\":", "\"messageType\":", "\"featureFlags\":[],", "\0",
    ];

    public static TheoryData<string> Messages =>
    [
        """{"messageType":"pong","data":null}""",
        """{"messageType":"data-sync","data":{"eventType":"full","featureFlags":[],"segments":null}}""",
        """ { "data" : { "segments" : [ ] , "featureFlags" : [ { "timestamp" : 1 , "id" : "a" } ] , "eventType" : "PATCH" } , """
            + """ "MessageType" : "data-sync" } """,
        """{"more":[{"deep":[[{}]]},"x"],"messageType":"data-sync","data":{"x":{"featureFlags":[1]},"eventType":"full","""
            + """ "featureFlags":[{"id":"a","timestamp":1,"ff":{"id":"b","timestamp":2},"x":[{"id":"c"}]}]}}""",
        """{"messageType":"data-sync","data":{"eventType":"full","featureFlags":[1,"x",null,[],[{"id":"b"}],{},{"id":7},"""
            + """{"id":"a"},{"id":"a","timestamp":"x"},{"id":"\ud800","timestamp":1},"""
            + """{"id":"b","timestamp":12,"isArchived":true}]}}""",
        """{"messageType":"data-sync","data":{"eventType":"full","featureFlags":[/* a ] } */{"id":"a",// " b"""
            + "\n" + """ "timestamp":1}],"featureFlags":[{"id":"b","timestamp":2}]}}""",
        """{"messageType":"data-sync","data":{"eventType":"full","featureFlags":{"id":"a"}}}""",
        """{"messageType":"data-sync","data":{"eventType":"other","featureFlags":[]}}""",
        """{"messageType":"data-sync","data":{"eventType":"full"}}""",
        """{"messageType":"data-sync","data":{"eventType":"full","featureFlags":[{"id":"a","timestamp":1}}""",
        """{"messageType":"data-sync","data":{"eventType":"full","featureFlags":[{"id":"a","timestamp":1,}]}}""",
        """{"messageType":"data-sync","data":{"eventType":"full","featureFlags":[{"id":"a" "timestamp":1}]}}""",
        """{"messageType":"data-sync","data":{"eventType":"full","featureFlags":[{"id":"a","timestamp":1}]}}{}""",
        """{"messageType":"data-sync","data":{"eventType":"full","featureFlags":[{"id":"a","timestamp":1}""",
        """{"messageType":"data-sync","data":{"eventType":"full","featureFlags":[tru]}}""",
        "[]", "7", "", " ", "{", "{}", "{}}", "nul",
    ];

    [Theory]
    [MemberData(nameof(Messages))]
    public void The_result_does_not_depend_on_where_a_message_is_split(string message) =>
        AssertSameForAllSplits(Encoding.UTF8.GetBytes(message));

    [Fact]
    public void The_result_does_not_depend_on_where_a_realistic_message_is_split() => AssertSameForAllSplits(Message);

    [Fact]
    public void The_result_does_not_depend_on_where_a_randomly_changed_message_is_split()
    {
        var change = Gen.Select(
            Gen.Int[0, Message.Length - 1],
            Gen.Int[0, 12],
            Gen.OneOf(Gen.Byte.Array[0, 4], Gen.Int[0, Pieces.Length - 1].Select(i => Encoding.UTF8.GetBytes(Pieces[i]))));
        Gen.Select(change.Array[1, 3], Gen.Int[1, 700].Array[1, 5]).Sample(
            (changes, sizes) =>
            {
                var bytes = Message;
                foreach (var (at, cut, put) in changes.OrderByDescending(c => c.Item1))
                    bytes = [.. bytes[..Math.Min(at, bytes.Length)], .. put, .. bytes[Math.Min(at + cut, bytes.Length)..]];
                return Describe(FfcWireFormat.Instance, bytes) == DescribeParts(FfcWireFormat.Instance, bytes, sizes)
                    && DescribePrepared(FfcWireFormat.Instance, bytes)
                        == DescribePreparedParts(FfcWireFormat.Instance, bytes, sizes);
            },
            iter: 5_000);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_reference_data_arrives_in_random_parts(bool isFeatBit)
    {
        WireFormat format = isFeatBit ? FeatBitWireFormat.Instance : FfcWireFormat.Instance;
        using var golden = isFeatBit ? FeatBitGoldenTests.Read() : GoldenTests.Read();
        var message = Encoding.UTF8.GetBytes(golden.RootElement.GetProperty("dataSync").GetRawText());
        var expected = Describe(format, message);

        Gen.Int[1, 20_000].Array[1, 20].Sample(sizes => expected == DescribeParts(format, message, sizes), iter: 5);
        Assert.Equal(expected, DescribeParts(format, message, [1]));
        Assert.Equal(DescribePrepared(format, message), DescribePreparedParts(format, message, [1_000]));
    }

    [Fact]
    public void A_large_full_is_read_with_a_small_buffer()
    {
        var message = Encoding.UTF8.GetBytes(MessageJson.Full(
            Enumerable.Range(0, 2_000).Select(i => new FlagJson($"flag-{i}").Serves(new string('x', 500)))));
        var store = new DataStore(NullLogger<DataStore>.Instance);
        var reader = new MessageReader(FfcWireFormat.Instance, store.PrepareMessage);
        for (var at = 0; at < message.Length;)
        {
            var memory = reader.GetMemory();
            Assert.InRange(memory.Length, 1, 64 * 1024);
            var count = Math.Min(memory.Length, message.Length - at);
            message.AsMemory(at, count).CopyTo(memory);
            reader.Advance(count);
            at += count;
        }

        var sync = reader.Complete()!;
        store.Apply(sync);

        Assert.All(sync.Flags, flag => Assert.True(flag.Json.IsEmpty));
        Assert.Equal(2_000, store.Current.Flags.Count);
        Assert.All(store.Current.Flags, flag => Assert.Null(flag.Content.Stored));
    }

    [Fact]
    public void A_large_item_is_read_in_linear_time()
    {
        // Reading the item again for each of its parts would take a million times longer.
        var message = Encoding.UTF8.GetBytes(MessageJson.Full(new SegmentJson("s").Includes(
            [.. Enumerable.Range(0, 100_000).Select(i => $"user-{i}")])));

        Assert.Equal(Describe(FfcWireFormat.Instance, message), DescribeParts(FfcWireFormat.Instance, message, [1]));
    }

    [Fact]
    public void An_item_above_the_limit_is_rejected()
    {
        var message = Encoding.UTF8.GetBytes(MessageJson.Full(new FlagJson("a").Serves(new string('x', 30_000))));
        var reader = new MessageReader(FfcWireFormat.Instance, maxPartBytes: 2_000);

        var exception = Assert.Throws<ProtocolException>(() => Append(reader, message));

        Assert.Equal("an item is larger than 2,000 bytes", exception.Message);
    }

    [Fact]
    public void A_message_that_is_rejected_at_its_end_changes_nothing()
    {
        var store = new DataStore(NullLogger<DataStore>.Instance);
        store.Apply(MessageJson.Read(MessageJson.Full(new FlagJson("a"))));
        var before = store.Current;
        var message = MessageJson.Full(new FlagJson("a", 2), new FlagJson("b"))[..^1] + "]";
        var reader = new MessageReader(FfcWireFormat.Instance, store.PrepareMessage);

        Assert.Throws<ProtocolException>(() =>
        {
            Append(reader, Encoding.UTF8.GetBytes(message));
            reader.Complete();
        });

        Assert.Same(before, store.Current);
    }

    private static void AssertSameForAllSplits(byte[] message)
    {
        foreach (WireFormat format in (WireFormat[])[FfcWireFormat.Instance, FeatBitWireFormat.Instance])
        {
            var (expected, prepared) = (Describe(format, message), DescribePrepared(format, message));
            int[][] splits =
            [
                .. Enumerable.Range(1, Math.Max(message.Length - 1, 0)).Select(at => new[] { at, message.Length }),
                .. Enumerable.Range(1, 16).Select(size => new[] { size }),
            ];
            foreach (var sizes in splits)
            {
                Assert.Equal(expected, DescribeParts(format, message, sizes));
                Assert.Equal(prepared, DescribePreparedParts(format, message, sizes));
            }
        }
    }

    private static string Describe(WireFormat format, byte[] message) => Describe(() => format.ReadMessage(message));

    /// <summary>Describes the result of a message that arrives in parts of these sizes, which are repeated.</summary>
    private static string DescribeParts(WireFormat format, byte[] message, int[] sizes) =>
        Describe(() => ReadParts(new MessageReader(format), message, sizes));

    /// <summary>Describes the items as a client without data prepares them. They are parsed from their JSON.</summary>
    private static string DescribePrepared(WireFormat format, byte[] message) => Describe(
        () => format.ReadMessage(message),
        item => DescribePrepared(NewPreparation().Prepare(item)),
        item => DescribePrepared(NewPreparation().Prepare(item)));

    /// <summary>Describes the same items of a message that arrives in parts. They are parsed while they are read.</summary>
    private static string DescribePreparedParts(WireFormat format, byte[] message, int[] sizes) => Describe(
        () => ReadParts(new MessageReader(format, NewPreparation), message, sizes), DescribePrepared, DescribePrepared);

    private static ItemPreparation NewPreparation() => new(DataSet.Empty, keepJson: false, NullLogger.Instance);

    private static DataSync? ReadParts(MessageReader reader, byte[] message, int[] sizes)
    {
        for (var (at, i) = (0, 0); at < message.Length; i++)
        {
            var count = Math.Min(sizes[i % sizes.Length], message.Length - at);
            Append(reader, message.AsSpan(at, count));
            at += count;
        }

        return reader.Complete();
    }

    private static string Describe(Func<DataSync?> read) => Describe(read, Describe, Describe);

    private static string Describe(
        Func<DataSync?> read, Func<IncomingItem<Flag>, string> flag, Func<IncomingItem<Segment>, string> segment)
    {
        try
        {
            return read() is { } sync
                ? JsonSerializer.Serialize(new
                {
                    sync.IsFull,
                    Flags = sync.Flags.Select(flag),
                    Segments = sync.Segments.Select(segment),
                    sync.InvalidItems,
                })
                : "no data";
        }
        catch (ProtocolException exception)
        {
            return exception.Message;
        }
    }

    private static string Describe<T>(IncomingItem<T> item)
        where T : class, IDataItem =>
        $"{item.Id} {item.Version} {item.IsArchived} {Convert.ToHexString(item.Json.Span)}";

    private static string DescribePrepared(IncomingItem<Flag> item) =>
        $"{Describe(item)} {item.Content.Hash} {item.Error} {item.Wire} {item.Compiled?.Key} {item.Compiled?.Name} "
        + $"{item.Compiled?.Rules.Length} {item.Compiled?.Targets.Count} {item.Compiled?.Variations.Length}";

    private static string DescribePrepared(IncomingItem<Segment> item) =>
        $"{Describe(item)} {item.Content.Hash} {item.Error} {item.Wire} {item.Compiled?.Included.Count} "
        + $"{item.Compiled?.Excluded?.Count} {item.Compiled?.Rules.Length}";

    private static void Append(MessageReader reader, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var memory = reader.GetMemory();
            var count = Math.Min(bytes.Length, memory.Length);
            bytes[..count].CopyTo(memory.Span);
            reader.Advance(count);
            bytes = bytes[count..];
        }
    }
}
