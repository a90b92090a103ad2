using System.Globalization;
using System.Text;
using Ffc.Sdk.Flags;
using Ffc.Sdk.Tests.TestData;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ffc.Sdk.Tests.Flags;

/// <summary>
/// The versions that are kept. A row lists steps: <c>full</c> and <c>patch</c> are messages, and <c>request</c> is the request
/// for a full after each connection. Items are written <c>key@version=value</c>; the prefix <c>-</c> means archived, <c>%</c> a
/// segment.
/// </summary>
public sealed class DataStoreTests
{
    [Theory]
    [InlineData("request | full a@1 b@1 c@9 | patch a@5 b@2", "a@5 b@2 c@9")] // each item has its own version
    [InlineData("request | full a@9 | patch b@2 c@3 d@4", "a@9 b@2 c@3 d@4")]
    [InlineData("request | full a@9 %s@1 | patch %s@2 %t@3", "%s@2 %t@3 a@9")]
    [InlineData("request | full a@5=held | patch a@4=received", "a@5=held")] // older
    [InlineData("request | full a@5=held | patch a@5=received", "a@5=held")] // equal
    [InlineData("request | full a@5=held b@1 | patch a@4=received b@2", "a@5=held b@2")] // one is older, the other newer
    [InlineData("request | full a@5=held | patch a@6=received", "a@6=received")] // newer
    [InlineData("request | full a@1 | patch a@3=newer a@2=older", "a@3=newer")] // twice in one patch
    [InlineData("patch a@1", "a@1")] // before the first full
    [InlineData("request | full a@1 | patch", "a@1")]
    public void The_newer_version_of_each_item_of_a_patch_wins(string steps, string expected) =>
        Assert.Equal(expected, Content(Run(steps)));

    [Theory]
    [InlineData("request | full a@1 b@1 | patch -a@2", "b@1")]
    [InlineData("request | full a@1 b@1 %s@1 | patch -a@2 b@3 -%s@2 c@2", "b@3 c@2")]
    [InlineData("request | full a@5 | patch -a@4", "a@5")] // older than the flag held
    [InlineData("request | full a@5 | patch -a@5", "a@5")] // as old as the flag held
    [InlineData("request | full a@1 | patch a@3 -a@4", "")]
    [InlineData("request | full a@1 | request | full -a@2 b@2", "b@2")]
    [InlineData("request | full a@3 -a@5", "")] // both in one message
    [InlineData("request | full -a@5 a@3", "")]
    [InlineData("request | full a@3=older a@5=newer", "a@5=newer")]
    [InlineData("request | full a@5=newer a@3=older", "a@5=newer")]
    public void An_archived_item_is_removed(string steps, string expected) => Assert.Equal(expected, Content(Run(steps)));

    [Theory]
    [InlineData("request | full a@1 | patch -a@5 | patch a@4", "")]
    [InlineData("request | full a@1 | patch -a@5 | patch a@5", "")]
    [InlineData("request | full a@1 | patch -a@5 | patch a@6", "a@6")] // restored
    [InlineData("request | full a@1 | patch -a@5 | patch a@6 | patch -a@7 | patch a@6", "")]
    [InlineData("request | full b@1 | patch -a@5 | patch a@3", "b@1")] // archived before it was received
    [InlineData("request | full %s@1 | patch -%s@5 | patch %s@3", "")]
    [InlineData("request | full -a@5 b@1 | patch a@3", "b@1")]
    [InlineData("request | full a@1 | request | patch -a@9 | full a@1 b@2", "b@2")] // the full is older than the archived item
    [InlineData("request | full a@1 | patch -a@5 | patch -a@3 | patch a@4", "")]
    [InlineData("request | full a@5 | request | patch -a@9 | full a@4", "")] // archived while the full was on its way
    public void An_older_version_does_not_restore_an_archived_item(string steps, string expected) =>
        Assert.Equal(expected, Content(Run(steps)));

    [Theory]
    [InlineData("request | full a@1 b@1 %s@1 | request | full b@1", "b@1")]
    [InlineData("request | full a@1 b@9 | request | full a@1", "a@1")] // the newest flag was archived while disconnected
    [InlineData("request | full a@1 %s@9 | request | full a@1", "a@1")]
    [InlineData("request | full a@1 | patch b@9 | request | full a@1", "a@1")] // so was a flag of an earlier patch
    [InlineData("request | full a@5 b@5 | request | full b@5", "b@5")] // a full of the same version
    [InlineData("request | full a@1 b@1 | request | full", "")]
    [InlineData("request | full a@5=x | request | full a@5=y", "a@5=y")] // the server's content wins
    public void A_full_removes_items_that_it_does_not_contain(string steps, string expected) =>
        Assert.Equal(expected, Content(Run(steps)));

    [Theory]
    [InlineData("request | full a@1 | request | patch b@9 | full a@1", "a@1 b@9")]
    [InlineData("request | full a@1 | request | patch %s@9 b@8 | full a@1", "%s@9 a@1 b@8")]
    [InlineData("request | patch b@9 | full a@1", "a@1 b@9")] // first connection
    [InlineData("request | full a@1=old | request | patch a@9=new | full a@2=older", "a@9=new")]
    [InlineData("request | full a@1 | request | patch b@3 | full a@5", "a@5 b@3")] // versions of different items are unrelated
    [InlineData("request | full a@1 | request | patch b@3 | full a@5 b@4", "a@5 b@4")]
    [InlineData("request | full a@1 | request | patch b@5=patch | full b@5=full", "b@5=patch")]
    [InlineData("request | patch a@9=new | full -a@5", "a@9=new")]
    [InlineData("request | full a@1 | request | patch a@5 -a@6 a@7 | full a@1", "a@7")]
    public void A_full_keeps_items_of_a_patch_that_arrived_after_its_request(string steps, string expected) =>
        Assert.Equal(expected, Content(Run(steps)));

    [Theory]
    [InlineData("request | full a@9=new | request | full a@5=old", "a@5=old")]
    [InlineData("request | full a@9 %s@9 | request | full a@5 %s@4", "%s@4 a@5")]
    [InlineData("request | full a@1 | patch a@9 b@8 | request | full a@1", "a@1")] // patches before the request are restored too
    [InlineData("request | full a@9 | patch -a@10 | request | full a@5", "a@5")] // archived after the state that was restored
    [InlineData("request | full -a@9 | request | full a@5", "a@5")]
    [InlineData("request | full a@9 | request | full a@5 | patch a@6", "a@6")] // newer than the restored flag
    [InlineData("request | full a@1 | patch -a@9 | request | full a@5 | patch -a@6 | patch a@7", "a@7")]
    [InlineData("request | full a@1 | patch -a@9 | request | full b@5 | patch a@6", "a@6 b@5")] // added again after the restore
    [InlineData("request | full a@9 c@9 | request | patch b@8 | full a@5", "a@5 b@8")]
    public void A_full_with_older_versions_replaces_the_data(string steps, string expected) =>
        Assert.Equal(expected, Content(Run(steps)));

    [Theory]
    [InlineData("request | full a@3 b@7 %s@5", 7)]
    [InlineData("request | full a@3 %s@8", 8)]
    [InlineData("request | full a@3 | patch b@9 c@4", 9)]
    [InlineData("request | full a@9 | patch b@4", 9)]
    [InlineData("request | full a@3 b@9 | request | full a@3", 3)] // an archived flag lowers it
    [InlineData("request | full a@3 | request | patch b@9 | full a@4", 9)]
    [InlineData("request | full a@3 b@9 | patch -b@10", 10)]
    [InlineData("request | full a@3 b@9 | request | patch -b@10 | full a@3 b@9", 10)]
    [InlineData("request | full a@9 | request | full a@5", 5)]
    [InlineData("request | full", 0)]
    [InlineData("", 0)]
    public void The_data_version_is_the_newest_version_of_the_items(string steps, long expected) =>
        Assert.Equal(expected, Run(steps).Current.Version);

    [Fact]
    public void A_flag_and_a_segment_with_the_same_id_are_independent()
    {
        var store = Run("request | full a@9 b@1");
        Apply(store, MessageJson.Patch(new SegmentJson(FlagJson.Id("c"), 5).Archived()));
        Apply(store, MessageJson.Patch(new FlagJson("c", 3).Serves("")));
        Assert.Equal("a@9 b@1 c@3", Content(store));

        Apply(store, "request");
        Apply(store, MessageJson.Patch(new SegmentJson(FlagJson.Id("a"), 5)));
        Apply(store, "full b@1");
        Assert.Equal($"%{FlagJson.Id("a")}@5 b@1", Content(store));
    }

    [Fact]
    public void Unchanged_flags_are_not_compiled_again()
    {
        var store = Run("request | full a@1 b@1");
        var (a, b) = (store.Current.FlagByKey("a"), store.Current.FlagByKey("b"));
        Apply(store, "request | full a@1 b@2");

        Assert.Same(a, store.Current.FlagByKey("a"));
        Assert.NotSame(b, store.Current.FlagByKey("b"));
    }

    [Fact]
    public void A_full_without_changes_keeps_the_data_set()
    {
        var store = Run("request | full a@1 b@1 %s@1");
        var data = store.Current;
        Apply(store, "request | full b@1 %s@1 a@1");

        Assert.Same(data, store.Current);
    }

    [Theory]
    [InlineData("", 0, 5, true)] // before the first full
    [InlineData("patch b@9", 0, 5, true)]
    [InlineData("request | full b@4", 0, 5, false)] // known before the full
    [InlineData("request | full b@4", 1, 5, true)]
    [InlineData("request | full b@5", 1, 5, false)] // not newer than the full
    [InlineData("request | full b@3 | request | full b@4", 1, 5, false)]
    [InlineData("request | full b@3 | patch b@5", 1, 5, false)]
    public void A_snapshot_never_outranks_a_full(string steps, int fullCount, long version, bool isApplied)
    {
        var store = Run(steps);
        var snapshot = MessageJson.Read(MessageJson.Full(new FlagJson("a", version).Serves("")));

        Assert.Equal(isApplied, store.ApplySnapshot(snapshot, version, fullCount) is not null);

        var expected = Content(Run(steps));
        if (isApplied)
            expected = steps.StartsWith("patch", StringComparison.Ordinal) ? $"a@{version} {expected}" : $"a@{version}";
        Assert.Equal(expected, Content(store));
    }

    private static DataStore Run(string steps)
    {
        var store = new DataStore(NullLogger<DataStore>.Instance);
        Apply(store, steps);
        return store;
    }

    private static void Apply(DataStore store, string steps)
    {
        if (steps.StartsWith('{'))
        {
            store.Apply(MessageJson.Read(steps));
            return;
        }

        foreach (var step in steps.Split(" | ", StringSplitOptions.RemoveEmptyEntries))
        {
            var words = step.Split(' ');
            if (words[0] == "request")
                store.RequestingFull();
            else
                store.Apply(MessageJson.Read(Message(words[0], words[1..].Select(Item))));
        }
    }

    private static string Message(string kind, IEnumerable<ItemJson> items) =>
        kind == "full" ? MessageJson.Full(items) : MessageJson.Patch(items);

    private static ItemJson Item(string text)
    {
        var archived = text.StartsWith('-');
        var parts = text.TrimStart('-').Split('@', '=');
        var version = long.Parse(parts[1], CultureInfo.InvariantCulture);
        if (parts[0].StartsWith('%'))
        {
            var segment = new SegmentJson(parts[0][1..], version);
            return archived ? segment.Archived() : segment;
        }

        var flag = new FlagJson(parts[0], version).Serves(parts.ElementAtOrDefault(2) ?? "");
        return archived ? flag.Archived() : flag;
    }

    private static string Content(DataStore store)
    {
        var items = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var segment in store.Current.SegmentsById.Values)
            items.Add($"%{segment.Id}@{segment.Version}");
        foreach (var flag in store.Current.Flags)
        {
            var value = flag.DefaultRollouts.Rollouts[0].Variation!.Text;
            items.Add(new StringBuilder($"{flag.Key}@{flag.Version}").Append(value.Length > 0 ? $"={value}" : "").ToString());
        }

        return string.Join(' ', items);
    }
}
