using System.Diagnostics;
using Ffc.Sdk.Tests.TestData;

namespace Ffc.Sdk.Tests.Evaluation;

/// <summary>Data that is deeper or more tangled than anybody means it to be costs an answer, not the process.</summary>
public sealed class DeepDataTests
{
    private const int Deep = 20_000;
    private static readonly string[] Sides = ["left", "right"];
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(10)]
    [InlineData(500)]
    public async Task A_chain_of_prerequisites_is_followed_to_its_end(int length)
    {
        await using var on = Clients.Offline([.. Chain(length), new FlagJson($"f{length}")]);
        await using var off = Clients.Offline([.. Chain(length), new FlagJson($"f{length}").Disabled()]);

        Assert.Equal("1 on: fall through all rules", on.Ask("f0"));
        Assert.Equal("2 off: prerequisite failed", off.Ask("f0"));
    }

    [Fact]
    public async Task A_chain_of_prerequisites_deeper_than_a_stack_fails()
    {
        await using var client = Clients.Offline([.. Chain(Deep), new FlagJson($"f{Deep}")]);

        AssertSoon(() => Assert.Equal("2 off: prerequisite failed", client.Ask("f0")));
        OnASmallStack(() => Assert.Equal("2 off: prerequisite failed", client.Ask("f0")));
        Assert.Equal("1 on: fall through all rules", client.Ask($"f{Deep - 10}"));
    }

    [Fact]
    public async Task A_cycle_of_prerequisites_deeper_than_a_stack_fails_wherever_it_is_entered()
    {
        await using var client = Clients.Offline([.. Chain(Deep), new FlagJson($"f{Deep}").Requires("f0")]);

        AssertSoon(() => Assert.All([0, 1, Deep / 2, Deep], i => Assert.Equal("2 off: prerequisite failed", client.Ask($"f{i}"))));
    }

    [Fact]
    public async Task Prerequisites_that_fork_at_every_step_end()
    {
        // Each of the two flags of a level wants both of the next: 2^40 ways down.
        const int Levels = 40;
        await using var client = Clients.Offline([.. Enumerable.Range(0, Levels).SelectMany(i => Sides.Select(side =>
            i == Levels - 1 ? new FlagJson($"{side}{i}") : new FlagJson($"{side}{i}").Requires($"left{i + 1}").Requires($"right{i + 1}")))]);

        AssertSoon(() => Assert.Equal("2 off: prerequisite failed", client.Ask("left0")));
        Assert.Equal("1 on: fall through all rules", client.Ask($"left{Levels - 8}"));
    }

    [Theory]
    [InlineData(100, "3 v3: rule match")]
    [InlineData(Deep, "1 on: fall through all rules")]
    public async Task Segments_nested_deeper_than_a_stack_hold_nobody(int depth, string expected)
    {
        await using var client = Clients.Offline([
            new FlagJson("a").Rule(3, SegmentJson.InAny("s0")),
            .. Enumerable.Range(0, depth).Select(i => new SegmentJson($"s{i}").Nests($"s{i + 1}")),
            new SegmentJson($"s{depth}").Includes("ada")]);

        AssertSoon(() => Assert.Equal(expected, client.Ask("a")));
        OnASmallStack(() => Assert.Equal(expected, client.Ask("a")));
    }

    [Fact]
    public async Task Segments_that_nest_each_other_in_every_way_end()
    {
        const int Count = 30;
        string[] ids = [.. Enumerable.Range(0, Count).Select(i => $"s{i}")];
        await using var client = Clients.Offline([
            new FlagJson("a").Rule(3, SegmentJson.InAny("s0")),
            new FlagJson("b").Rule(3, SegmentJson.InAny("s7")),
            .. ids.Select(id => new SegmentJson(id).Nests(ids)),
            new SegmentJson("s7", 2).Includes("ada").Nests(ids)]);

        AssertSoon(() => Assert.Equal("1 on: fall through all rules", client.Ask("a", Clients.User("bob"))));
        Assert.Equal("3 v3: rule match", client.Ask("a"));
        Assert.Equal("3 v3: rule match", client.Ask("b"));
    }

    [Fact]
    public async Task Deep_segments_at_the_end_of_a_long_chain_of_prerequisites_do_not_overflow_the_stack_either()
    {
        const int Length = 3_000;
        await using var client = Clients.Offline([
            .. Chain(Length),
            new FlagJson($"f{Length}").Rule(3, SegmentJson.InAny("s0")),
            .. Enumerable.Range(0, 1_500).Select(i => new SegmentJson($"s{i}").Nests($"s{i + 1}"))]);

        // However much of the stack the chain has taken when the segments come: some of these leave little.
        var answers = new SortedSet<string>(StringComparer.Ordinal);
        OnASmallStack(() => answers.UnionWith(Enumerable.Range(0, Length / 20).Select(i => client.Ask($"f{i * 20}"))));

        Assert.Equal(["1 on: fall through all rules", "2 off: prerequisite failed"], answers);
    }

    /// <summary>Flags f0 to f(length - 1), each of which wants the next one on.</summary>
    private static IEnumerable<FlagJson> Chain(int length) =>
        Enumerable.Range(0, length).Select(i => new FlagJson($"f{i}").Requires($"f{i + 1}"));

    private static void OnASmallStack(Action action)
    {
        Exception? failure = null;
        var thread = new Thread(() => failure = Record.Exception(action), maxStackSize: 512 * 1024);
        thread.Start();
        thread.Join();
        Assert.Null(failure);
    }

    private static void AssertSoon(Action action)
    {
        var start = Stopwatch.GetTimestamp();
        action();
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, Soon);
    }
}
