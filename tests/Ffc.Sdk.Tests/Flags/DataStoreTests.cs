using System.Globalization;
using System.Text;
using Ffc.Sdk.Flags;
using Ffc.Sdk.Tests.TestData;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ffc.Sdk.Tests.Flags;

/// <summary>
/// Which versions win. A row tells a story in steps: <c>full</c> and <c>patch</c> are messages, <c>ask</c> is the request for
/// everything that follows every connection. Items are written <c>key@version=value</c>; <c>-</c> in front means archived, <c>%</c> a segment.
/// </summary>
public sealed class DataStoreTests
{
    [Theory]
    [InlineData("ask | full a@1 b@1 c@9 | patch a@5 b@2", "a@5 b@2 c@9")] // every item of a patch, on its own version
    [InlineData("ask | full a@9 | patch b@2 c@3 d@4", "a@9 b@2 c@3 d@4")]
    [InlineData("ask | full a@9 %s@1 | patch %s@2 %t@3", "%s@2 %t@3 a@9")]
    [InlineData("ask | full a@5=ours | patch a@4=theirs", "a@5=ours")] // older
    [InlineData("ask | full a@5=ours | patch a@5=theirs", "a@5=ours")] // equal
    [InlineData("ask | full a@5=ours b@1 | patch a@4=theirs b@2", "a@5=ours b@2")] // one is older, the other is not
    [InlineData("ask | full a@5=ours | patch a@6=theirs", "a@6=theirs")] // newer
    [InlineData("ask | full a@1 | patch a@3=newer a@2=older", "a@3=newer")] // twice in one patch
    [InlineData("patch a@1", "a@1")] // ahead of everything
    [InlineData("ask | full a@1 | patch", "a@1")]
    public void In_a_patch_the_newer_version_of_each_item_wins(string steps, string expected) => Assert.Equal(expected, Held(Play(steps)));

    [Theory]
    [InlineData("ask | full a@1 b@1 | patch -a@2", "b@1")]
    [InlineData("ask | full a@1 b@1 %s@1 | patch -a@2 b@3 -%s@2 c@2", "b@3 c@2")]
    [InlineData("ask | full a@5 | patch -a@4", "a@5")] // older than ours
    [InlineData("ask | full a@5 | patch -a@5", "a@5")] // as old as ours
    [InlineData("ask | full a@1 | patch a@3 -a@4", "")]
    [InlineData("ask | full a@1 | ask | full -a@2 b@2", "b@2")]
    [InlineData("ask | full a@3 -a@5", "")] // both at once
    [InlineData("ask | full -a@5 a@3", "")]
    [InlineData("ask | full a@3=older a@5=newer", "a@5=newer")]
    [InlineData("ask | full a@5=newer a@3=older", "a@5=newer")]
    public void An_archived_item_is_gone(string steps, string expected) => Assert.Equal(expected, Held(Play(steps)));

    [Theory]
    [InlineData("ask | full a@1 | patch -a@5 | patch a@4", "")]
    [InlineData("ask | full a@1 | patch -a@5 | patch a@5", "")]
    [InlineData("ask | full a@1 | patch -a@5 | patch a@6", "a@6")] // brought back
    [InlineData("ask | full a@1 | patch -a@5 | patch a@6 | patch -a@7 | patch a@6", "")]
    [InlineData("ask | full b@1 | patch -a@5 | patch a@3", "b@1")] // archived before it was ever seen
    [InlineData("ask | full %s@1 | patch -%s@5 | patch %s@3", "")]
    [InlineData("ask | full -a@5 b@1 | patch a@3", "b@1")]
    [InlineData("ask | full a@1 | ask | patch -a@9 | full a@1 b@2", "b@2")] // the full is from before
    [InlineData("ask | full a@1 | patch -a@5 | patch -a@3 | patch a@4", "")]
    public void What_is_archived_is_not_brought_back_by_something_older(string steps, string expected) =>
        Assert.Equal(expected, Held(Play(steps)));

    [Theory]
    [InlineData("ask | full a@1 b@1 %s@1 | ask | full b@1", "b@1")]
    [InlineData("ask | full a@1 b@9 | ask | full a@1", "a@1")] // the newest flag was archived during a gap
    [InlineData("ask | full a@1 %s@9 | ask | full a@1", "a@1")]
    [InlineData("ask | full a@1 | patch b@9 | ask | full a@1", "a@1")] // so was one that a patch had brought before the gap
    [InlineData("ask | full a@5 b@5 | ask | full b@5", "b@5")] // a full of the same version
    [InlineData("ask | full a@1 b@1 | ask | full", "")]
    [InlineData("ask | full a@5=x | ask | full a@5=y", "a@5=y")] // what the server says is so
    public void A_full_removes_what_it_lacks(string steps, string expected) => Assert.Equal(expected, Held(Play(steps)));

    [Theory]
    [InlineData("ask | full a@1 | ask | patch b@9 | full a@1", "a@1 b@9")]
    [InlineData("ask | full a@1 | ask | patch %s@9 b@8 | full a@1", "%s@9 a@1 b@8")]
    [InlineData("ask | patch b@9 | full a@1", "a@1 b@9")] // on the first connection
    [InlineData("ask | full a@1=old | ask | patch a@9=new | full a@2=older", "a@9=new")]
    [InlineData("ask | full a@1 | ask | patch b@3 | full a@5", "a@5")] // the full is newer than the patch: it knows of b's end
    [InlineData("ask | full a@1 | ask | patch b@5 | full a@5", "a@5")]
    [InlineData("ask | patch a@9=new | full -a@5", "a@9=new")]
    public void A_full_keeps_what_a_patch_brought_after_it_was_made(string steps, string expected) =>
        Assert.Equal(expected, Held(Play(steps)));

    [Theory]
    [InlineData("ask | full a@3 b@7 %s@5", 7)]
    [InlineData("ask | full a@3 %s@8", 8)]
    [InlineData("ask | full a@3 | patch b@9 c@4", 9)]
    [InlineData("ask | full a@9 | patch b@4", 9)]
    [InlineData("ask | full a@3 b@9 | ask | full a@3", 3)] // an archived flag lowers it
    [InlineData("ask | full a@3 | ask | patch b@9 | full a@4", 9)]
    [InlineData("ask | full", 0)]
    [InlineData("", 0)]
    public void The_version_of_the_data_is_the_newest_of_its_items(string steps, long expected) =>
        Assert.Equal(expected, Play(steps).Current.Version.Timestamp);

    [Fact]
    public void A_flag_and_a_segment_of_one_id_have_nothing_to_do_with_each_other()
    {
        var store = Play("ask | full a@9 b@1");
        Apply(store, MessageJson.Patch(new SegmentJson(FlagJson.Id("c"), 5).Archived()));
        Apply(store, MessageJson.Patch(new FlagJson("c", 3).Serves("")));
        Assert.Equal("a@9 b@1 c@3", Held(store));

        Apply(store, "ask");
        Apply(store, MessageJson.Patch(new SegmentJson(FlagJson.Id("a"), 5)));
        Apply(store, "full b@1");
        Assert.Equal($"%{FlagJson.Id("a")}@5 b@1", Held(store));
    }

    [Fact]
    public void What_did_not_change_is_not_made_anew()
    {
        var store = Play("ask | full a@1 b@1");
        var (a, b) = (store.Current.FlagByKey("a"), store.Current.FlagByKey("b"));
        Apply(store, "ask | full a@1 b@2");

        Assert.Same(a, store.Current.FlagByKey("a"));
        Assert.NotSame(b, store.Current.FlagByKey("b"));
    }

    private static DataStore Play(string steps)
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
            if (words[0] == "ask")
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

    private static string Held(DataStore store)
    {
        var held = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var segment in store.Current.SegmentsById.Values)
            held.Add($"%{segment.Id}@{segment.Version}");
        foreach (var flag in store.Current.Flags)
        {
            var value = flag.DefaultRollouts.Rollouts[0].Variation!.Text;
            held.Add(new StringBuilder($"{flag.Key}@{flag.Version}").Append(value.Length > 0 ? $"={value}" : "").ToString());
        }

        return string.Join(' ', held);
    }
}
