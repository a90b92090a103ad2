using System.Diagnostics;
using Ffc.Sdk.Tests.TestData;

namespace Ffc.Sdk.Tests.Evaluation;

/// <summary>Extremely deep or branched data may make one evaluation fail, but never the process.</summary>
public sealed class DeepDataTests
{
    private const int Deep = 20_000;
    private static readonly string[] Sides = ["left", "right"];
    private static readonly TimeSpan MaxDuration = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(10)]
    [InlineData(500)]
    public async Task A_chain_of_prerequisites_is_evaluated_to_its_end(int length)
    {
        await using var on = Clients.Offline([.. Chain(length), new FlagJson($"f{length}")]);
        await using var off = Clients.Offline([.. Chain(length), new FlagJson($"f{length}").Disabled()]);

        Assert.Equal("1 on: fall through all rules", on.EvaluateAsText("f0"));
        Assert.Equal("2 off: prerequisite failed", off.EvaluateAsText("f0"));
    }

    [Fact]
    public async Task A_chain_of_prerequisites_fails_when_it_is_deeper_than_the_stack()
    {
        await using var client = Clients.Offline([.. Chain(Deep), new FlagJson($"f{Deep}")]);

        AssertCompletesSoon(() => Assert.Equal("2 off: prerequisite failed", client.EvaluateAsText("f0")));
        RunOnSmallStack(() => Assert.Equal("2 off: prerequisite failed", client.EvaluateAsText("f0")));
        Assert.Equal("1 on: fall through all rules", client.EvaluateAsText($"f{Deep - 10}"));
    }

    [Fact]
    public async Task Every_flag_of_a_prerequisite_cycle_fails_when_it_is_deeper_than_the_stack()
    {
        await using var client = Clients.Offline([.. Chain(Deep), new FlagJson($"f{Deep}").Requires("f0")]);

        AssertCompletesSoon(() => Assert.All(
            [0, 1, Deep / 2, Deep], i => Assert.Equal("2 off: prerequisite failed", client.EvaluateAsText($"f{i}"))));
    }

    [Fact]
    public async Task Prerequisites_that_branch_at_every_level_fail_in_limited_time()
    {
        // Both flags of a level require both flags of the next one: 2^40 paths.
        const int Levels = 40;
        await using var client = Clients.Offline([.. Enumerable.Range(0, Levels).SelectMany(i => Sides.Select(side =>
        {
            var flag = new FlagJson($"{side}{i}");
            return i == Levels - 1 ? flag : flag.Requires($"left{i + 1}").Requires($"right{i + 1}");
        }))]);

        AssertCompletesSoon(() => Assert.Equal("2 off: prerequisite failed", client.EvaluateAsText("left0")));
        Assert.Equal("1 on: fall through all rules", client.EvaluateAsText($"left{Levels - 8}"));
    }

    [Theory]
    [InlineData(100, "3 v3: rule match")]
    [InlineData(Deep, "1 on: fall through all rules")]
    public async Task Nested_segments_contain_no_user_when_they_are_deeper_than_the_stack(int depth, string expected)
    {
        await using var client = Clients.Offline([
            new FlagJson("a").Rule(3, SegmentJson.InAny("s0")),
            .. Enumerable.Range(0, depth).Select(i => new SegmentJson($"s{i}").Nests($"s{i + 1}")),
            new SegmentJson($"s{depth}").Includes("ada")]);

        AssertCompletesSoon(() => Assert.Equal(expected, client.EvaluateAsText("a")));
        RunOnSmallStack(() => Assert.Equal(expected, client.EvaluateAsText("a")));
    }

    [Fact]
    public async Task Segments_that_all_nest_each_other_are_evaluated_in_limited_time()
    {
        const int Count = 30;
        string[] ids = [.. Enumerable.Range(0, Count).Select(i => $"s{i}")];
        await using var client = Clients.Offline([
            new FlagJson("a").Rule(3, SegmentJson.InAny("s0")),
            new FlagJson("b").Rule(3, SegmentJson.InAny("s7")),
            .. ids.Select(id => new SegmentJson(id).Nests(ids)),
            new SegmentJson("s7", 2).Includes("ada").Nests(ids)]);

        AssertCompletesSoon(() => Assert.Equal("1 on: fall through all rules", client.EvaluateAsText("a", Clients.User("bob"))));
        Assert.Equal("3 v3: rule match", client.EvaluateAsText("a"));
        Assert.Equal("3 v3: rule match", client.EvaluateAsText("b"));
    }

    [Fact]
    public async Task Deep_segments_after_a_long_chain_of_prerequisites_do_not_overflow_the_stack()
    {
        const int Length = 3_000;
        await using var client = Clients.Offline([
            .. Chain(Length),
            new FlagJson($"f{Length}").Rule(3, SegmentJson.InAny("s0")),
            .. Enumerable.Range(0, 1_500).Select(i => new SegmentJson($"s{i}").Nests($"s{i + 1}"))]);

        // The chains have different lengths, so that some leave little stack for the segments.
        var answers = new SortedSet<string>(StringComparer.Ordinal);
        RunOnSmallStack(
            () => answers.UnionWith(Enumerable.Range(0, Length / 20).Select(i => client.EvaluateAsText($"f{i * 20}"))));

        Assert.Equal(["1 on: fall through all rules", "2 off: prerequisite failed"], answers);
    }

    /// <summary>Flags f0 to f(length - 1), each of which requires the next one.</summary>
    private static IEnumerable<FlagJson> Chain(int length) =>
        Enumerable.Range(0, length).Select(i => new FlagJson($"f{i}").Requires($"f{i + 1}"));

    private static void RunOnSmallStack(Action action)
    {
        Exception? failure = null;
        var thread = new Thread(() => failure = Record.Exception(action), maxStackSize: 512 * 1024);
        thread.Start();
        thread.Join();
        Assert.Null(failure);
    }

    private static void AssertCompletesSoon(Action action)
    {
        var start = Stopwatch.GetTimestamp();
        action();
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, MaxDuration);
    }
}
