using System.Text;
using Ffc.Sdk.Flags;
using Ffc.Sdk.Protocol;
using Ffc.Sdk.Protocol.Ffc;
using Ffc.Sdk.Snapshots;
using Ffc.Sdk.Tests.TestData;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ffc.Sdk.Tests.Snapshots;

/// <summary>The JSON of flags is kept in compressed blocks, and a snapshot contains it unchanged and in order.</summary>
public sealed class StoredJsonTests
{
    private readonly DataStore _store = new(NullLogger<DataStore>.Instance, keepJson: true);

    [Fact]
    public void A_snapshot_contains_all_items_in_order_although_they_arrived_in_another_order()
    {
        // Several blocks, several parts, and one item that is larger than a block and a part.
        var random = new Random(1);
        var flags = Enumerable.Range(0, 1_000)
            .Select(i => new FlagJson($"flag-{i}").Serves(RandomText(random, 1_000)))
            .Append(new FlagJson("large").Serves(RandomText(random, 3_000_000)))
            .ToArray();
        var arrived = flags.ToArray();
        random.Shuffle(arrived);
        Receive(MessageJson.Full(arrived));

        var expected = string.Join(',', flags
            .OrderBy(flag => (string)flag.Json["id"]!, StringComparer.Ordinal)
            .Select(flag => flag.Json.ToJsonString()));
        Assert.EndsWith(
            $"\"featureFlags\":[{expected}],\"segments\":[]}}}}", SnapshotFactory.Json(Encode()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_snapshot_contains_the_newest_JSON_of_each_item()
    {
        Receive(MessageJson.Full(new FlagJson("a"), new FlagJson("b"), new SegmentJson("s")));
        Receive(MessageJson.Patch(new FlagJson("a", 2).Serves("new")));
        Receive(MessageJson.Full(new FlagJson("a", 2).Serves("new"), new FlagJson("b"), new SegmentJson("s", 3)));

        var expected = MessageJson.Full(new FlagJson("a", 2).Serves("new"), new FlagJson("b"), new SegmentJson("s", 3));
        Assert.EndsWith(
            expected[expected.IndexOf("\"featureFlags\"", StringComparison.Ordinal)..],
            SnapshotFactory.Json(Encode()),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Items_share_compressed_blocks()
    {
        var full = MessageJson.Full(Enumerable.Range(0, 500).Select(i => new FlagJson($"flag-{i}")));
        Receive(full);

        var blocks = _store.Current.Flags.Select(flag => flag.Content.Stored!.Block).Distinct().ToArray();
        Assert.InRange(blocks.Length, 2, 1 + (full.Length / 32_768));
        Assert.InRange(blocks.Sum(block => block.CompressedBytes), 1, full.Length / 4);
    }

    [Fact]
    public void An_unchanged_item_keeps_its_object_and_changed_JSON_of_the_same_version_replaces_it()
    {
        Receive(MessageJson.Full(new FlagJson("a"), new FlagJson("b")));
        var (a, b) = (_store.Current.FlagByKey("a"), _store.Current.FlagByKey("b"));
        Receive(MessageJson.Full(new FlagJson("a"), new FlagJson("b").Serves("other")));

        Assert.Same(a, _store.Current.FlagByKey("a"));
        Assert.NotSame(b, _store.Current.FlagByKey("b"));
        Assert.Equal("other", _store.Current.FlagByKey("b")!.DefaultRollouts.Rollouts[0].Variation!.Text);
    }

    [Fact]
    public void Flags_share_equal_variations_and_rollouts_to_all_users()
    {
        Receive(MessageJson.Full(new FlagJson("a").Serves("x"), new FlagJson("b").Serves("x")));
        var (a, b) = (_store.Current.FlagByKey("a")!, _store.Current.FlagByKey("b")!);

        Assert.Same(a.DefaultRollouts.Rollouts[0].Variation, b.DefaultRollouts.Rollouts[0].Variation);
        Assert.Same(a.DefaultRollouts.Rollouts[0], b.DefaultRollouts.Rollouts[0]);
        Assert.Equal(
            a.DefaultRollouts.Rollouts.Length,
            a.DefaultRollouts.Rollouts.Distinct(ReferenceEqualityComparer.Instance).Count());
    }

    // Random letters do not compress well.
    private static string RandomText(Random random, int length) =>
        string.Create(length, random, static (text, random) => random.GetItems("abcdefghijklmnopqrstuvwxyz0123456789", text));

    private Snapshot Encode() => SnapshotCodec.Encode(_store.Current, SnapshotFactory.Environment, SnapshotFactory.Noon);

    private void Receive(string message)
    {
        var utf8 = Encoding.UTF8.GetBytes(message);
        var reader = new MessageReader(FfcWireFormat.Instance, _store.PrepareMessage);
        for (var at = 0; at < utf8.Length;)
        {
            var memory = reader.GetMemory();
            var count = Math.Min(memory.Length, utf8.Length - at);
            utf8.AsMemory(at, count).CopyTo(memory);
            reader.Advance(count);
            at += count;
        }

        _store.Apply(reader.Complete()!);
    }
}
