using Ffc.Sdk.Tests.TestData;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Ffc.Sdk.Tests.Evaluation;

public sealed class PrerequisiteTests
{
    private const string Passed = "1 on: fall through all rules";
    private const string Failed = "2 off: prerequisite failed";

    [Theory]
    [InlineData(1, false, Passed)]
    [InlineData(3, false, Failed)] // another variation is wanted
    [InlineData(1, true, Failed)] // it is off, and its off variation is not the wanted one
    [InlineData(2, true, Passed)] // it is off, and that is what is wanted
    public async Task A_prerequisite_must_give_the_wanted_variation(int wanted, bool disabled, string expected)
    {
        var gate = new FlagJson("gate");
        await using var client = Clients.Offline(new FlagJson("a").Requires("gate", wanted), disabled ? gate.Disabled() : gate);

        Assert.Equal(expected, client.Ask("a"));
    }

    [Fact]
    public async Task A_prerequisite_that_nobody_knows_fails_and_does_not_count_in_an_experiment()
    {
        var events = new RecordedInsights();
        await using var client = Clients.Offline(events, new FlagJson("a").Requires("ghost").Experiment(null));

        Assert.Equal(Failed, client.Ask("a"));
        Assert.Equal(new RecordedEvent(new Answer("a", "2", "off", "prerequisite failed"), false), Assert.Single(events.TakeAll()));
    }

    [Fact]
    public async Task An_archived_prerequisite_is_one_that_nobody_knows()
    {
        await using var client = Clients.Offline(new FlagJson("a").Requires("gate"), new FlagJson("gate").Archived());

        Assert.Equal(Failed, client.Ask("a"));
    }

    [Fact]
    public async Task A_flag_that_names_itself_as_prerequisite_does_not_look_at_that()
    {
        await using var client = Clients.Offline(new FlagJson("a").Requires("a", 7).Requires("gate"), new FlagJson("gate"));

        Assert.Equal(Passed, client.Ask("a"));
    }

    [Theory]
    [InlineData("c", "a b d c")] // in order, each before the flag that wants it; d's own prerequisite too
    [InlineData("d", "b d")]
    [InlineData("failing", "a off failing")] // the rest is not evaluated
    public async Task The_events_of_prerequisites_come_first_each_time(string key, string expected)
    {
        var events = new RecordedInsights();
        await using var client = Clients.Offline(
            events,
            new FlagJson("a"),
            new FlagJson("b"),
            new FlagJson("c").Requires("a").Requires("d"),
            new FlagJson("d").Requires("b"),
            new FlagJson("off").Disabled(),
            new FlagJson("failing").Requires("a").Requires("off").Requires("b"));
        client.Ask(key);

        Assert.Equal(expected, string.Join(' ', events.TakeAll().Select(e => e.Answer.FlagKey)));
    }

    [Fact]
    public async Task A_prerequisite_is_evaluated_in_full_for_the_same_user()
    {
        await using var client = Clients.Offline(
            new FlagJson("a").Requires("gate", 3), new FlagJson("gate").Targets(3, "ada"));

        Assert.Equal(Passed, client.Ask("a", Clients.User("ada")));
        Assert.Equal(Failed, client.Ask("a", Clients.User("bob")));
    }

    [Theory]
    [InlineData("a>b b>a", "a b")]
    [InlineData("a>b b>c c>a", "a b c")]
    [InlineData("a>b b>c c>d d>e e>a", "a b c d e")]
    [InlineData("a>b b>c c>b", "b c")] // a tail that leads into a cycle fails too, as its prerequisite is off
    [InlineData("a>b b>a a>c c>a", "a b c")] // two cycles through one flag
    [InlineData("a>b b>c c>a b>a", "a b c")]
    [InlineData("a>a a>b b>a", "a b")]
    [InlineData("a>x a>b b>a x>y", "a b")] // a good prerequisite first does not help
    public async Task The_flags_of_a_cycle_fail_whichever_is_asked_and_whatever_they_want_of_each_other(string edges, string inCycle)
    {
        // Each wants the other's off variation, which is what a failing flag gives: a cycle fails for being one.
        await using var client = Clients.Offline(Graph(edges, wanted: 2));

        foreach (var key in inCycle.Split(' '))
        {
            for (var again = 0; again < 2; again++)
                Assert.Equal(Failed, client.Ask(key));
        }
    }

    [Theory]
    [InlineData("a>b b>a", "a", "b a")]
    [InlineData("a>b b>a", "b", "a b")]
    [InlineData("a>b b>c c>a", "b", "a c b")]
    [InlineData("a>x a>b b>a", "a", "x b a")]
    [InlineData("a>x a>b b>a", "b", "x a b")]
    public async Task Each_flag_of_a_cycle_leaves_one_event_and_counts_in_no_experiment(string edges, string asked, string expected)
    {
        var events = new RecordedInsights();
        await using var client = Clients.Offline(events, [.. Graph(edges, wanted: 1).Select(flag => flag.Experiment(null))]);
        client.Ask(asked);

        var left = events.TakeAll();
        Assert.Equal(expected, string.Join(' ', left.Select(e => e.Answer.FlagKey)));
        Assert.All(left.Where(e => e.Answer.FlagKey != "x"), e => Assert.Equal(("prerequisite failed", false), (e.Answer.Reason, e.SendToExperiment)));
    }

    [Theory]
    [InlineData("b", "a: 2 off: prerequisite failed, b: 2 off: flag off, c: 2 off: prerequisite failed")]
    [InlineData("a", "a: 2 off: flag off, b: 2 off: prerequisite failed, c: 2 off: prerequisite failed")]
    public async Task A_disabled_flag_breaks_the_cycle(string disabled, string expected)
    {
        var flags = Graph("a>b b>c c>a", wanted: 1);
        flags.Single(flag => flag.Json["id"]!.GetValue<string>() == FlagJson.Id(disabled)).Disabled();
        var logs = new FakeLogCollector();
        await using var client = Clients.Offline(logs, [.. flags]);

        Assert.Equal(expected, string.Join(", ", "abc".Select(key => $"{key}: {client.Ask(key.ToString())}")));
        Assert.DoesNotContain(logs.GetSnapshot(), log => log.Level == LogLevel.Warning);
    }

    [Fact]
    public async Task A_broken_cycle_is_followed_like_any_prerequisites()
    {
        // b is off, and a wants just that; c wants a.
        await using var client = Clients.Offline(
            new FlagJson("a").Requires("b", 2), new FlagJson("b").Requires("c").Disabled(), new FlagJson("c").Requires("a", 1));

        Assert.Equal(Passed, client.Ask("a"));
        Assert.Equal(Passed, client.Ask("c"));
    }

    [Fact]
    public async Task Flags_beside_a_cycle_are_none_of_its()
    {
        await using var client = Clients.Offline([.. Graph("a>b b>a wants-off>a x>y", wanted: 2), new FlagJson("wants-on").Requires("a", 1)]);

        Assert.Equal(Failed, client.Ask("a"));
        Assert.Equal(Passed, client.Ask("wants-off")); // a gives its off variation, as asked
        Assert.Equal(Failed, client.Ask("wants-on"));
    }

    private static FlagJson[] Graph(string edges, int wanted)
    {
        var flags = new Dictionary<string, FlagJson>();
        FlagJson Flag(string key) => flags.TryGetValue(key, out var flag) ? flag : flags[key] = new FlagJson(key);

        foreach (var edge in edges.Split(' '))
        {
            var (from, to) = (edge.Split('>')[0], edge.Split('>')[1]);
            // The flags x and y are never in a cycle: what they are wanted to give, they give.
            Flag(from).Requires(to, to is "x" or "y" ? 1 : wanted);
            Flag(to);
        }

        return [.. flags.Values];
    }
}
